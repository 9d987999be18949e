/**
 * Adds or changes a channel. A webhook's signing secret is shown once.
 */
import { Field, Input, MessageBar, MessageBarBody, Select, Switch } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  CHANNEL_KINDS,
  CHANNELS_KEY,
  CHANNELS_PATH,
  freshSettings,
  TOPICS,
  type Channel,
  type ChannelKind,
  type NewChannel,
} from '../../api/notifications';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { useLabels } from '../../i18n/labels';
import { CopyField } from '../../ui/CopyField';
import { FormDialog, ResultDialog } from '../../ui/FormDialog';
import { SettingsFields } from './SettingsFields';

export function ChannelDialog({ channel, onClose }: { channel?: Channel; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const labels = useLabels();
  const say = useNotice();
  const [kind, setKind] = useState<ChannelKind>(channel?.kind ?? 'mail');
  const [displayName, setName] = useState(channel?.displayName ?? '');
  const [url, setUrl] = useState('');
  const [isEnabled, setEnabled] = useState(channel?.isEnabled ?? true);
  const [settings, setSettings] = useState(channel?.settings ?? freshSettings(i18n.language, TOPICS));
  const save = useChange<NewChannel>([CHANNELS_KEY]);
  const isMail = kind === 'mail';
  const submit = () =>
    save.mutate(
      {
        path: channel ? `${CHANNELS_PATH}/${encodeURIComponent(channel.id)}` : CHANNELS_PATH,
        method: channel ? 'PUT' : 'POST',
        body: {
          kind,
          displayName: displayName.trim(),
          isEnabled,
          settings: { ...settings, addresses: isMail ? settings.addresses : [] },
          ...(isMail || url.trim() === '' ? {} : { url: url.trim() }),
        },
      },
      {
        onSuccess: (made) => {
          say(t('notify.saved'));
          if (!made?.signingSecret) onClose();
        },
      },
    );
  if (save.data?.signingSecret) {
    return (
      <ResultDialog title={t('notify.secretMade')} onClose={onClose}>
        <CopyField label={t('notify.secret')} text={save.data.signingSecret} />
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t('notify.secretOnce')}</MessageBarBody>
        </MessageBar>
      </ResultDialog>
    );
  }
  return (
    <FormDialog
      title={channel ? t('action.editNamed', { name: channel.displayName }) : t('notify.addChannel')}
      submit={t('action.save')}
      busy={save.isPending}
      ready={displayName.trim() !== ''}
      error={save.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label={t('notify.kind')}>
        <Select
          value={kind}
          disabled={channel !== undefined}
          onChange={(_, data) => setKind(CHANNEL_KINDS.find((known) => known === data.value) ?? 'mail')}
        >
          {CHANNEL_KINDS.map((known) => (
            <option key={known} value={known}>
              {labels.channelKind(known)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t('notify.channelName')} required>
        <Input value={displayName} maxLength={100} onChange={(_, data) => setName(data.value)} />
      </Field>
      {isMail ? null : (
        <Field
          label={t('notify.url')}
          hint={channel ? t('notify.urlKept') : t('notify.urlHint')}
          required={!channel}
        >
          <Input type="url" value={url} onChange={(_, data) => setUrl(data.value)} />
        </Field>
      )}
      <Switch
        label={t('notify.channelOn')}
        checked={isEnabled}
        onChange={(_, data) => setEnabled(data.checked)}
      />
      <SettingsFields settings={settings} onChange={setSettings} topics={TOPICS} hasAddresses={isMail} />
    </FormDialog>
  );
}
