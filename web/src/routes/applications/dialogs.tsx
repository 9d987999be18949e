/**
 * The dialogs of app registrations: a new registration, a new secret (shown once), and deleting one.
 */
import { Field, Input, makeStyles, MessageBar, MessageBarBody, Select } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Application, NewPassword, PasswordCredential } from '../../api/types';
import { useChange } from '../../app/session';
import { useNotice } from '../../app/notices';
import { useFormats } from '../../i18n/format';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { CopyField } from '../../ui/CopyField';
import { FormDialog, ResultDialog } from '../../ui/FormDialog';

const VALID_DAYS = [30, 90, 180, 365, 730];
const STALE = [['applications']];

const useStyles = makeStyles({ text: { margin: 0 } });

export function CreateApplicationDialog({ onClose }: { onClose: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const say = useNotice();
  const [displayName, setDisplayName] = useState('');
  const create = useChange<Application>(STALE);
  const submit = () =>
    create.mutate(
      {
        path: '/api/applications',
        body: { displayName: displayName.trim(), permissions: ['get_data_warehouse'] },
      },
      {
        onSuccess: () => {
          say(t('applications.created'));
          onClose();
        },
      },
    );
  return (
    <FormDialog
      title={t('applications.create')}
      submit={t('applications.createSubmit')}
      busy={create.isPending}
      ready={displayName.trim() !== ''}
      error={create.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className={styles.text}>{t('applications.createText')}</p>
      <Field label={t('applications.name')} required>
        <Input value={displayName} maxLength={120} onChange={(_, data) => setDisplayName(data.value)} />
      </Field>
    </FormDialog>
  );
}

interface NewPasswordDialogProps {
  application: Application;
  onClose: () => void;
}

export function NewPasswordDialog({ application, onClose }: NewPasswordDialogProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const [displayName, setDisplayName] = useState('');
  const [validForDays, setValidForDays] = useState(180);
  const create = useChange<NewPassword>(STALE);
  const path = `/api/applications/${encodeURIComponent(application.id)}/passwords`;
  if (create.data) {
    return (
      <ResultDialog title={t('applications.secretMade')} onClose={onClose}>
        <CopyField label={t('applications.secret')} text={create.data.secretText} />
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t('applications.secretOnce')}</MessageBarBody>
        </MessageBar>
      </ResultDialog>
    );
  }
  return (
    <FormDialog
      title={t('applications.addSecretTo', { name: application.displayName })}
      submit={t('applications.addSecret')}
      busy={create.isPending}
      ready={displayName.trim() !== ''}
      error={create.error}
      onSubmit={() => create.mutate({ path, body: { displayName: displayName.trim(), validForDays } })}
      onClose={onClose}
    >
      <Field label={t('applications.secretName')} hint={t('applications.secretNameHint')} required>
        <Input value={displayName} maxLength={120} onChange={(_, data) => setDisplayName(data.value)} />
      </Field>
      <Field label={t('enroll.validFor')}>
        <Select value={String(validForDays)} onChange={(_, data) => setValidForDays(Number(data.value))}>
          {VALID_DAYS.map((days) => (
            <option key={days} value={days}>
              {t('applications.days', { count: days, number: format.number(days) })}
            </option>
          ))}
        </Select>
      </Field>
    </FormDialog>
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
