/**
 * On which days before an expiry people are told. The status does not depend on it.
 */
import { Field, Input, makeStyles, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CONNECTORS_KEY, typePath, type ConnectorPage } from '../../api/connectors';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { useFormats } from '../../i18n/format';
import { DialogButton } from '../../ui/DialogButton';
import { FormDialog } from '../../ui/FormDialog';
import { Panel } from '../../ui/layout';

const useStyles = makeStyles({
  text: { margin: 0, maxWidth: '80ch', color: tokens.colorNeutralForeground2 },
});

/** `30, 14 7` as numbers; undefined when something in it is no number of days. */
export function daysIn(text: string): number[] | undefined {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  const days = words.map(Number);
  return days.every((day) => Number.isInteger(day) && day >= 1 && day <= 730) ? days : undefined;
}

export function EarlyWarnings({ connector }: { connector: ConnectorPage }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const [asking, setAsking] = useState(false);
  const days = connector.earlyWarningDays;
  return (
    <Panel
      title={t('connectors.earlyWarnings')}
      actions={
        connector.mayWrite ? (
          <DialogButton onClick={() => setAsking(true)}>{t('connectors.changeEarlyWarnings')}</DialogButton>
        ) : null
      }
    >
      <p className={styles.text}>
        {days.length === 0
          ? t('connectors.noEarlyWarnings')
          : t('connectors.earlyWarningsOn', { days: format.list(days.map(format.number)) })}
      </p>
      {asking ? <EarlyWarningsDialog connector={connector} onClose={() => setAsking(false)} /> : null}
    </Panel>
  );
}

function EarlyWarningsDialog({ connector, onClose }: { connector: ConnectorPage; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useNotice();
  const [text, setText] = useState(connector.earlyWarningDays.join(', '));
  const save = useChange([CONNECTORS_KEY]);
  const days = daysIn(text);
  return (
    <FormDialog
      title={t('connectors.changeEarlyWarnings')}
      submit={t('action.save')}
      busy={save.isPending}
      ready={days !== undefined}
      error={save.error}
      onClose={onClose}
      onSubmit={() =>
        save.mutate(
          { path: `${typePath(connector.type)}/earlyWarnings`, method: 'PUT', body: { days } },
          {
            onSuccess: () => {
              say(t('connectors.saved'));
              onClose();
            },
          },
        )
      }
    >
      <Field
        label={t('connectors.earlyWarningDays')}
        hint={t('connectors.earlyWarningHint')}
        {...(days ? {} : { validationMessage: t('connectors.earlyWarningWrong') })}
      >
        <Input value={text} inputMode="numeric" onChange={(_, data) => setText(data.value)} />
      </Field>
    </FormDialog>
  );
}
