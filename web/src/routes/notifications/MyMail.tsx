/**
 * The reader's own mail: on or off, about what, to at most two addresses, at once or once a day.
 */
import { Button, makeStyles, MessageBar, MessageBarBody, Switch, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  freshSettings,
  PREFERENCES_PATH,
  preferencesQuery,
  type ChannelSettings,
  type Preferences,
} from '../../api/notifications';
import { useNotice } from '../../app/notices';
import { useChange, useSession } from '../../app/session';
import { Panel } from '../../ui/layout';
import { LoadingPanel } from '../../ui/Loading';
import { Problem, useFailureText } from '../../ui/Problem';
import { SettingsFields } from './SettingsFields';

const useStyles = makeStyles({
  form: { display: 'grid', gap: tokens.spacingVerticalL, justifyItems: 'start' },
});

export function MyMail() {
  const { data, error, refetch } = useQuery(preferencesQuery);
  if (error && !data) return <Problem error={error} onRetry={() => void refetch()} />;
  return data ? <Form known={data} /> : <LoadingPanel />;
}

function Form({ known }: { known: Preferences }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation();
  const say = useNotice();
  const { user } = useSession();
  const failureText = useFailureText();
  const fresh = (): ChannelSettings => ({
    ...freshSettings(i18n.language, known.availableTopics),
    addresses: [user.userPrincipalName],
  });
  const [isEnabled, setEnabled] = useState(known.isEnabled);
  const [settings, setSettings] = useState<ChannelSettings>(() => known.settings ?? fresh());
  const save = useChange(['notifications'].map((key) => [key]));
  const submit = () =>
    save.mutate(
      { path: PREFERENCES_PATH, method: 'PUT', body: { isEnabled, settings } },
      { onSuccess: () => say(t('notify.saved')) },
    );
  return (
    <Panel title={t('notify.tab.mine')}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {known.hasMailServer ? null : (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>{t('notify.noMailServer')}</MessageBarBody>
          </MessageBar>
        )}
        <Switch
          label={t('notify.mailMe')}
          checked={isEnabled}
          onChange={(_, data) => setEnabled(data.checked)}
        />
        {isEnabled ? (
          <SettingsFields
            settings={settings}
            onChange={setSettings}
            topics={known.availableTopics}
            hasAddresses
          />
        ) : null}
        {save.error ? (
          <MessageBar intent="error" layout="multiline">
            <MessageBarBody>{failureText(save.error)}</MessageBarBody>
          </MessageBar>
        ) : null}
        <Button type="submit" appearance="primary" disabledFocusable={save.isPending}>
          {t('action.save')}
        </Button>
      </form>
    </Panel>
  );
}
