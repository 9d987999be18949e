/**
 * The tenant's channels: where alerts go besides people's own mail.
 */
import { Badge, makeStyles, MessageBar, MessageBarBody, tokens } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CHANNELS_KEY, CHANNELS_PATH, channelsQuery, type Channel } from '../../api/notifications';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { useFormats } from '../../i18n/format';
import { useLabels } from '../../i18n/labels';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DialogButton } from '../../ui/DialogButton';
import { Facts, Panel } from '../../ui/layout';
import { LoadingPanel } from '../../ui/Loading';
import { Problem, useFailureText } from '../../ui/Problem';
import { When } from '../../ui/When';
import { ChannelDialog } from './ChannelDialog';

const useStyles = makeStyles({
  tools: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalS,
    marginTop: tokens.spacingVerticalL,
  },
  top: { display: 'flex', justifyContent: 'flex-start' },
});

type Asked = { kind: 'add' } | { kind: 'edit' | 'delete'; channel: Channel } | null;

export function Channels() {
  const styles = useStyles();
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Asked>(null);
  const { data, error, refetch } = useQuery(channelsQuery);
  const close = () => setAsked(null);
  if (error && !data) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingPanel />;
  return (
    <>
      <div className={styles.top}>
        <DialogButton appearance="primary" icon={<AddRegular />} onClick={() => setAsked({ kind: 'add' })}>
          {t('notify.addChannel')}
        </DialogButton>
      </div>
      {data.hasMailServer ? null : (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t('notify.noMailServer')}</MessageBarBody>
        </MessageBar>
      )}
      {data.value.length === 0 ? <Panel>{t('notify.noChannels')}</Panel> : null}
      {data.value.map((channel) => (
        <ChannelPanel key={channel.id} channel={channel} onAsk={setAsked} />
      ))}
      {asked?.kind === 'add' ? <ChannelDialog onClose={close} /> : null}
      {asked?.kind === 'edit' ? <ChannelDialog channel={asked.channel} onClose={close} /> : null}
      {asked?.kind === 'delete' ? <DeleteChannel channel={asked.channel} onClose={close} /> : null}
    </>
  );
}

function ChannelPanel({ channel, onAsk }: { channel: Channel; onAsk: (asked: Asked) => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const labels = useLabels();
  const say = useNotice();
  const failureText = useFailureText();
  const test = useChange([['notifications']]);
  const path = `${CHANNELS_PATH}/${encodeURIComponent(channel.id)}/test`;
  const target = channel.kind === 'mail' ? format.list(channel.settings.addresses) : channel.host;
  return (
    <Panel
      title={channel.displayName}
      actions={
        <Badge appearance="tint" color={channel.isEnabled ? 'success' : 'informative'}>
          {channel.isEnabled ? t('notify.on') : t('notify.off')}
        </Badge>
      }
    >
      <Facts
        unknown={t('value.unknown')}
        facts={[
          { label: t('notify.kind'), value: labels.channelKind(channel.kind) },
          { label: t('notify.target'), value: target },
          { label: t('notify.topics'), value: format.list(channel.settings.topics.map(labels.topic)) },
          {
            label: t('notify.pace'),
            value: t(channel.settings.pace === 'digest' ? 'notify.digest' : 'notify.atOnce'),
          },
          {
            label: t('notify.lastSent'),
            value: <When iso={channel.lastSentDateTime} none={t('notify.neverSent')} />,
          },
        ]}
      />
      {test.error ? (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{failureText(test.error)}</MessageBarBody>
        </MessageBar>
      ) : null}
      <div className={styles.tools}>
        <DialogButton
          disabledFocusable={test.isPending}
          aria-label={t('notify.testNamed', { name: channel.displayName })}
          onClick={() => test.mutate({ path }, { onSuccess: () => say(t('notify.tested')) })}
        >
          {t('notify.test')}
        </DialogButton>
        <DialogButton
          aria-label={t('action.editNamed', { name: channel.displayName })}
          onClick={() => onAsk({ kind: 'edit', channel })}
        >
          {t('action.edit')}
        </DialogButton>
        <DialogButton
          aria-label={t('action.deleteNamed', { name: channel.displayName })}
          onClick={() => onAsk({ kind: 'delete', channel })}
        >
          {t('action.delete')}
        </DialogButton>
      </div>
    </Panel>
  );
}

function DeleteChannel({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useNotice();
  const remove = useChange([CHANNELS_KEY]);
  const confirm = () =>
    remove.mutate(
      { path: `${CHANNELS_PATH}/${encodeURIComponent(channel.id)}`, method: 'DELETE' },
      {
        onSuccess: () => {
          say(t('notify.channelDeleted'));
          onClose();
        },
      },
    );
  return (
    <ConfirmDialog
      open
      title={t('notify.deleteChannel')}
      confirm={t('action.delete')}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      {t('notify.deleteChannelText', { name: channel.displayName })}
    </ConfirmDialog>
  );
}
