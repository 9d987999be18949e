/**
 * An operator's hand on the message center: publishing, and ending what is said.
 */
import { AddRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  messageEndAddress,
  MESSAGES_KEY,
  MESSAGES_UPDATE,
  type ServiceMessage,
} from '../../api/serviceHealth';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DialogButton } from '../../ui/DialogButton';
import { Needs, useMay } from '../../ui/Needs';
import { MessageDialog } from './MessageDialog';

export function PublishMessage() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <Needs permission={MESSAGES_UPDATE}>
      <DialogButton icon={<AddRegular />} onClick={() => setOpen(true)}>
        {t('messages.publish')}
      </DialogButton>
      {isOpen ? <MessageDialog onClose={() => setOpen(false)} /> : null}
    </Needs>
  );
}

/** Nothing where the message has ended, is another service's, or is not the reader's to end. */
export function EndMessage({ message }: { message: ServiceMessage }) {
  const { t } = useTranslation();
  const say = useNotice();
  const may = useMay(MESSAGES_UPDATE);
  const [isOpen, setOpen] = useState(false);
  const [now] = useState(() => Date.now());
  const end = useChange(MESSAGES_KEY.map((key) => [key]));
  const hasEnded = message.endDateTime !== null && Date.parse(message.endDateTime) <= now;
  if (!may || hasEnded || message.source === 'import') return null;
  const confirm = () =>
    end.mutate(
      { path: messageEndAddress(message.id) },
      {
        onSuccess: () => {
          say(t('messages.ended'));
          setOpen(false);
        },
      },
    );
  return (
    <>
      <DialogButton onClick={() => setOpen(true)}>{t('messages.end')}</DialogButton>
      {isOpen ? (
        <ConfirmDialog
          open
          title={t('messages.endNamed', { id: message.id })}
          confirm={t('messages.end')}
          busy={end.isPending}
          error={end.error}
          onConfirm={confirm}
          onClose={() => setOpen(false)}
        >
          {t('messages.endText', { title: message.title })}
        </ConfirmDialog>
      ) : null}
    </>
  );
}
