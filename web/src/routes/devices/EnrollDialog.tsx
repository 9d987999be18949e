/**
 * Makes an enrollment token and shows, once, the command that uses it.
 */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Select,
  SpinButton,
  tokens,
} from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NewEnrollmentToken } from '../../api/types';
import { useChange } from '../../app/session';
import { useFormats } from '../../i18n/format';
import { CopyField } from '../../ui/CopyField';
import { useFailureText } from '../../ui/Problem';

const VALID_HOURS = [1, 24, 168, 720] as const;
const MOST_USES = 10_000;

const useStyles = makeStyles({
  form: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    paddingBottom: tokens.spacingVerticalM,
  },
  text: { margin: 0 },
});

interface EnrollDialogProps {
  open: boolean;
  onClose: () => void;
}

export function EnrollDialog({ open, onClose }: EnrollDialogProps) {
  const create = useChange<NewEnrollmentToken>([['enrollmentTokens']]);
  const close = () => {
    create.reset();
    onClose();
  };
  return (
    <Dialog open={open} onOpenChange={(_, data) => !data.open && close()}>
      <DialogSurface>
        {create.data ? (
          <Made token={create.data} onClose={close} />
        ) : (
          <Form
            busy={create.isPending}
            error={create.error}
            onClose={close}
            onCreate={(body) => create.mutate({ path: '/api/enrollmentTokens', body })}
          />
        )}
      </DialogSurface>
    </Dialog>
  );
}

interface FormProps {
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onCreate: (body: { description: string; validForHours: number; maxUses: number }) => void;
}

function Form({ busy, error, onClose, onCreate }: FormProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const failureText = useFailureText();
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
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (description.trim() !== '' && !busy) {
          onCreate({ description: description.trim(), validForHours, maxUses });
        }
      }}
    >
      <DialogBody>
        <DialogTitle>{t('enroll.title')}</DialogTitle>
        <DialogContent className={styles.form}>
          <p className={styles.text}>{t('enroll.text')}</p>
          <Field label={t('enroll.description')} hint={t('enroll.descriptionHint')} required>
            <Input value={description} maxLength={200} onChange={(_, data) => setDescription(data.value)} />
          </Field>
          <Field label={t('enroll.validFor')}>
            <Select
              value={String(validForHours)}
              onChange={(_, data) => setValidForHours(Number(data.value))}
            >
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
          {error ? (
            <MessageBar intent="error" layout="multiline">
              <MessageBarBody>{failureText(error)}</MessageBarBody>
            </MessageBar>
          ) : null}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" appearance="primary" disabled={busy || description.trim() === ''}>
            {t('enroll.create')}
          </Button>
        </DialogActions>
      </DialogBody>
    </form>
  );
}

function Made({ token, onClose }: { token: NewEnrollmentToken; onClose: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const command = `sudo quarterdeck-agent enroll --server ${location.origin} --token ${token.token}`;
  return (
    <DialogBody>
      <DialogTitle>{t('enroll.madeTitle')}</DialogTitle>
      <DialogContent className={styles.form}>
        <p className={styles.text}>{t('enroll.madeText')}</p>
        <CopyField label={t('enroll.command')} text={command} block />
        <p className={styles.text}>{t('enroll.ownAuthority')}</p>
        <CopyField label={t('enroll.token')} text={token.token} />
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {t('enroll.once', { when: format.dateTime(token.expirationDateTime) })}
          </MessageBarBody>
        </MessageBar>
      </DialogContent>
      <DialogActions>
        <Button appearance="primary" onClick={onClose}>
          {t('action.done')}
        </Button>
      </DialogActions>
    </DialogBody>
  );
}
