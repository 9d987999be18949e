/**
 * Makes an enrollment token and shows, once, the command that uses it.
 */
import {
  Field,
  Input,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Select,
  SpinButton,
} from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NewEnrollmentToken } from '../../api/types';
import { useChange } from '../../app/session';
import { useFormats } from '../../i18n/format';
import { CopyField } from '../../ui/CopyField';
import { FormDialog, ResultDialog } from '../../ui/FormDialog';

const VALID_HOURS = [1, 24, 168, 720] as const;
const MOST_USES = 10_000;

const useStyles = makeStyles({ text: { margin: 0 } });

export function EnrollDialog({ onClose }: { onClose: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const create = useChange<NewEnrollmentToken>([['enrollmentTokens']]);
  const [description, setDescription] = useState('');
  const [validForHours, setValidForHours] = useState(24);
  const [maxUses, setMaxUses] = useState(1);
  const validFor = {
    1: t('enroll.hour'),
    24: t('enroll.day'),
    168: t('enroll.week'),
    720: t('enroll.month'),
  };
  const setUses = (value: number | null | undefined) => {
    if (value && Number.isInteger(value)) setMaxUses(Math.min(MOST_USES, Math.max(1, value)));
  };
  if (create.data) return <Made token={create.data} onClose={onClose} />;
  return (
    <FormDialog
      title={t('enroll.title')}
      submit={t('enroll.create')}
      busy={create.isPending}
      ready={description.trim() !== ''}
      error={create.error}
      onSubmit={() =>
        create.mutate({
          path: '/api/enrollmentTokens',
          body: { description: description.trim(), validForHours, maxUses },
        })
      }
      onClose={onClose}
    >
      <p className={styles.text}>{t('enroll.text')}</p>
      <Field label={t('enroll.description')} hint={t('enroll.descriptionHint')} required>
        <Input value={description} maxLength={200} onChange={(_, data) => setDescription(data.value)} />
      </Field>
      <Field label={t('enroll.validFor')}>
        <Select value={String(validForHours)} onChange={(_, data) => setValidForHours(Number(data.value))}>
          {VALID_HOURS.map((hours) => (
            <option key={hours} value={hours}>
              {validFor[hours]}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t('enroll.maxUses')}>
        <SpinButton
          value={maxUses}
          min={1}
          max={MOST_USES}
          onChange={(_, data) => setUses(data.value ?? Number(data.displayValue))}
        />
      </Field>
    </FormDialog>
  );
}

function Made({ token, onClose }: { token: NewEnrollmentToken; onClose: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const command = `sudo quarterdeck-agent enroll --server ${location.origin} --token ${token.token}`;
  return (
    <ResultDialog title={t('enroll.madeTitle')} onClose={onClose}>
      <p className={styles.text}>{t('enroll.madeText')}</p>
      <CopyField label={t('enroll.command')} text={command} block />
      <p className={styles.text}>{t('enroll.ownAuthority')}</p>
      <CopyField label={t('enroll.token')} text={token.token} />
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>
          {t('enroll.once', { when: format.dateTime(token.expirationDateTime) })}
        </MessageBarBody>
      </MessageBar>
    </ResultDialog>
  );
}
