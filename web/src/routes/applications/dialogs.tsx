/**
 * The dialogs of app registrations: a new registration, a new secret (shown once), and deleting one.
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
  tokens,
} from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Application, NewPassword, PasswordCredential } from '../../api/types';
import { useChange } from '../../app/session';
import { useNotice } from '../../app/notices';
import { useFormats } from '../../i18n/format';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { CopyField } from '../../ui/CopyField';
import { useFailureText } from '../../ui/Problem';

const VALID_DAYS = [30, 90, 180, 365, 730];
const STALE = [['applications']];

const useStyles = makeStyles({
  form: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    paddingBottom: tokens.spacingVerticalM,
  },
  text: { margin: 0 },
});

interface FormDialogProps {
  title: string;
  submit: string;
  busy: boolean;
  ready: boolean;
  error: unknown;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

function FormDialogBody({ title, submit, busy, ready, error, onSubmit, onClose, children }: FormDialogProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const failureText = useFailureText();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !busy) onSubmit();
      }}
    >
      <DialogBody>
        <DialogTitle>{title}</DialogTitle>
        <DialogContent className={styles.form}>
          {children}
          {error ? (
            <MessageBar intent="error" layout="multiline">
              <MessageBarBody>{failureText(error)}</MessageBarBody>
            </MessageBar>
          ) : null}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" appearance="primary" disabled={busy || !ready}>
            {submit}
          </Button>
        </DialogActions>
      </DialogBody>
    </form>
  );
}

export function CreateApplicationDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const say = useNotice();
  const [displayName, setDisplayName] = useState('');
  const create = useChange<Application>(STALE);
  const close = () => {
    create.reset();
    setDisplayName('');
    onClose();
  };
  const submit = () =>
    create.mutate(
      {
        path: '/api/applications',
        body: { displayName: displayName.trim(), permissions: ['get_data_warehouse'] },
      },
      {
        onSuccess: () => {
          say(t('applications.created'));
          close();
        },
      },
    );
  return (
    <Dialog open={open} onOpenChange={(_, data) => !data.open && close()}>
      <DialogSurface>
        <FormDialogBody
          title={t('applications.create')}
          submit={t('applications.createSubmit')}
          busy={create.isPending}
          ready={displayName.trim() !== ''}
          error={create.error}
          onSubmit={submit}
          onClose={close}
        >
          <p className={styles.text}>{t('applications.createText')}</p>
          <Field label={t('applications.name')} required>
            <Input value={displayName} maxLength={120} onChange={(_, data) => setDisplayName(data.value)} />
          </Field>
        </FormDialogBody>
      </DialogSurface>
    </Dialog>
  );
}

interface NewPasswordDialogProps {
  application: Application;
  open: boolean;
  onClose: () => void;
}

export function NewPasswordDialog({ application, open, onClose }: NewPasswordDialogProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const [displayName, setDisplayName] = useState('');
  const [validForDays, setValidForDays] = useState(180);
  const create = useChange<NewPassword>(STALE);
  const close = () => {
    create.reset();
    setDisplayName('');
    onClose();
  };
  const path = `/api/applications/${encodeURIComponent(application.id)}/passwords`;
  return (
    <Dialog open={open} onOpenChange={(_, data) => !data.open && close()}>
      <DialogSurface>
        {create.data ? (
          <SecretOnce secret={create.data.secretText} onClose={close} />
        ) : (
          <FormDialogBody
            title={t('applications.addSecretTo', { name: application.displayName })}
            submit={t('applications.addSecret')}
            busy={create.isPending}
            ready={displayName.trim() !== ''}
            error={create.error}
            onSubmit={() => create.mutate({ path, body: { displayName: displayName.trim(), validForDays } })}
            onClose={close}
          >
            <Field label={t('applications.secretName')} hint={t('applications.secretNameHint')} required>
              <Input value={displayName} maxLength={120} onChange={(_, data) => setDisplayName(data.value)} />
            </Field>
            <Field label={t('enroll.validFor')}>
              <Select
                value={String(validForDays)}
                onChange={(_, data) => setValidForDays(Number(data.value))}
              >
                {VALID_DAYS.map((days) => (
                  <option key={days} value={days}>
                    {t('applications.days', { count: days, number: format.number(days) })}
                  </option>
                ))}
              </Select>
            </Field>
          </FormDialogBody>
        )}
      </DialogSurface>
    </Dialog>
  );
}

function SecretOnce({ secret, onClose }: { secret: string; onClose: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  return (
    <DialogBody>
      <DialogTitle>{t('applications.secretMade')}</DialogTitle>
      <DialogContent className={styles.form}>
        <CopyField label={t('applications.secret')} text={secret} />
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t('applications.secretOnce')}</MessageBarBody>
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

interface DeletePasswordDialogProps {
  application: Application;
  credential: PasswordCredential | null;
  onClose: () => void;
}

export function DeletePasswordDialog({ application, credential, onClose }: DeletePasswordDialogProps) {
  const { t } = useTranslation();
  const say = useNotice();
  const remove = useChange(STALE);
  const close = () => {
    remove.reset();
    onClose();
  };
  const confirm = () => {
    if (!credential) return;
    const path = `/api/applications/${encodeURIComponent(application.id)}/passwords/${encodeURIComponent(credential.keyId)}`;
    remove.mutate(
      { path, method: 'DELETE' },
      {
        onSuccess: () => {
          say(t('applications.secretDeleted'));
          close();
        },
      },
    );
  };
  return (
    <ConfirmDialog
      open={credential !== null}
      title={t('applications.deleteTitle')}
      confirm={t('action.delete')}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onClose={close}
    >
      {t('applications.deleteText', { name: application.displayName })}
    </ConfirmDialog>
  );
}
