/**
 * Makes today's snapshot now instead of at midnight: for the impatient, and for the first day.
 */
import { ArrowUploadRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChange } from '../../app/session';
import { useNotice } from '../../app/notices';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DialogButton } from '../../ui/DialogButton';

export function PublishButton() {
  const { t } = useTranslation();
  const say = useNotice();
  const [open, setOpen] = useState(false);
  const publish = useChange([['warehouse'], ['feed'], ['tenantStatus']]);
  const close = () => {
    publish.reset();
    setOpen(false);
  };
  const confirm = () =>
    publish.mutate(
      { path: '/api/warehouse/snapshots', body: { refresh: true } },
      {
        onSuccess: () => {
          say(t('warehouse.publishDone'));
          close();
        },
      },
    );
  return (
    <>
      <DialogButton icon={<ArrowUploadRegular />} onClick={() => setOpen(true)}>
        {t('warehouse.publish')}
      </DialogButton>
      <ConfirmDialog
        open={open}
        title={t('warehouse.publishTitle')}
        confirm={t('warehouse.publishConfirm')}
        busy={publish.isPending}
        error={publish.error}
        onConfirm={confirm}
        onClose={close}
      >
        {t('warehouse.publishText')}
      </ConfirmDialog>
    </>
  );
}
