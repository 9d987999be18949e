/**
 * Uploads or pastes a credential. Nothing of it is ever shown again; a refused one changes nothing, and the
 * server's sentence says what is wrong with it.
 */
import {
  Field,
  Input,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Radio,
  RadioGroup,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  CONNECTORS_KEY,
  instancePath,
  type ConnectorInstance,
  type ConnectorPage,
  type CredentialKind,
} from '../../api/connectors';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { useLabels } from '../../i18n/labels';
import { FormDialog } from '../../ui/FormDialog';
import { base64Of } from './base64';

const useStyles = makeStyles({
  file: { display: 'block', width: '100%', font: 'inherit', color: tokens.colorNeutralForeground1 },
  label: { display: 'block', marginBottom: tokens.spacingVerticalXXS },
  text: { margin: 0 },
});

/** What a file of this kind is usually called, and what goes with it. */
const ACCEPTS: Record<CredentialKind, { files: string; hasPassword: boolean; hasKey: boolean }> = {
  applePush: { files: '.pem,.cer,.crt,.der,.p12,.pfx', hasPassword: true, hasKey: true },
  appleLocationToken: { files: '.vpptoken,.txt', hasPassword: false, hasKey: false },
  appleEnrolmentToken: { files: '.p7m,.txt', hasPassword: false, hasKey: false },
  certificate: { files: '.pem,.cer,.crt,.der,.p12,.pfx', hasPassword: true, hasKey: false },
  certificateWithKey: { files: '.pem,.cer,.crt,.der,.p12,.pfx', hasPassword: true, hasKey: true },
  serviceAccount: { files: '.json', hasPassword: false, hasKey: false },
  clientSecret: { files: '.txt', hasPassword: false, hasKey: false },
};

interface CredentialDialogProps {
  connector: ConnectorPage;
  instance: ConnectorInstance;
  onClose: () => void;
}

export function CredentialDialog({ connector, instance, onClose }: CredentialDialogProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const labels = useLabels();
  const say = useNotice();
  const kind = connector.credentialKind ?? 'certificate';
  const accepts = ACCEPTS[kind];
  const [way, setWay] = useState(kind === 'clientSecret' ? 'text' : 'file');
  const [file, setFile] = useState<File | null>(null);
  const [text, setText] = useState('');
  const [password, setPassword] = useState('');
  const [key, setKey] = useState<File | null>(null);
  const [expires, setExpires] = useState('');
  const [appleId, setAppleId] = useState('');
  const upload = useChange([CONNECTORS_KEY]);
  const isFile = way === 'file';
  const submit = async () => {
    const body = {
      ...(isFile && file ? { contentBase64: await base64Of(file) } : { text }),
      ...(accepts.hasPassword && password ? { password } : {}),
      ...(accepts.hasKey && key ? { privateKeyBase64: await base64Of(key) } : {}),
      ...(kind === 'clientSecret' && expires
        ? { expirationDateTime: new Date(`${expires}T00:00:00`).toISOString() }
        : {}),
      ...(kind === 'applePush' && appleId.trim() ? { appleIdentifier: appleId.trim() } : {}),
    };
    upload.mutate(
      { path: instancePath(connector.type, instance.id, 'credential'), body },
      {
        onSuccess: () => {
          say(t('connectors.uploadedDone'));
          onClose();
        },
      },
    );
  };
  return (
    <FormDialog
      title={t('connectors.uploadTitle', { name: instance.displayName })}
      submit={instance.credential.state === 'none' ? t('connectors.upload') : t('connectors.renew')}
      busy={upload.isPending}
      ready={(isFile ? file !== null : text.trim() !== '') && (kind !== 'clientSecret' || expires !== '')}
      error={upload.error}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <p className={styles.text}>{labels.credentialHelp(kind)}</p>
      <RadioGroup
        layout="horizontal"
        value={way}
        onChange={(_, data) => setWay(data.value)}
        aria-label={t('connectors.way')}
      >
        <Radio value="file" label={t('connectors.wayFile')} />
        <Radio value="text" label={t('connectors.wayText')} />
      </RadioGroup>
      {isFile ? (
        <FileField label={t('connectors.file')} accept={accepts.files} required onFile={setFile} />
      ) : (
        <Field label={t('connectors.paste')} required>
          {kind === 'clientSecret' ? (
            <Input
              type="password"
              autoComplete="off"
              value={text}
              onChange={(_, data) => setText(data.value)}
            />
          ) : (
            <Textarea value={text} rows={6} spellCheck={false} onChange={(_, data) => setText(data.value)} />
          )}
        </Field>
      )}
      {accepts.hasPassword ? (
        <Field label={t('connectors.password')} hint={t('connectors.passwordHint')}>
          <Input
            type="password"
            autoComplete="off"
            value={password}
            onChange={(_, data) => setPassword(data.value)}
          />
        </Field>
      ) : null}
      {accepts.hasKey ? (
        <FileField label={t('connectors.privateKey')} accept=".pem,.key,.der" onFile={setKey} />
      ) : null}
      {kind === 'clientSecret' ? (
        <Field label={t('connectors.expiresOn')} required>
          <Input type="date" value={expires} onChange={(_, data) => setExpires(data.value)} />
        </Field>
      ) : null}
      {kind === 'applePush' ? (
        <Field label={t('connectors.appleId')} hint={t('connectors.appleIdHint')}>
          <Input
            type="email"
            autoComplete="off"
            value={appleId}
            onChange={(_, data) => setAppleId(data.value)}
          />
        </Field>
      ) : null}
      <MessageBar layout="multiline">
        <MessageBarBody>{t('connectors.neverShown')}</MessageBarBody>
      </MessageBar>
    </FormDialog>
  );
}

interface FileFieldProps {
  label: string;
  accept: string;
  required?: boolean;
  onFile: (file: File | null) => void;
}

function FileField({ label, accept, required, onFile }: FileFieldProps) {
  const styles = useStyles();
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <input
        id={id}
        type="file"
        className={styles.file}
        accept={accept}
        required={required}
        onChange={(event) => onFile(event.target.files?.[0] ?? null)}
      />
    </div>
  );
}
