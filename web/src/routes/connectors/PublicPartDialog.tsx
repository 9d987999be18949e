/**
 * What is taken to Apple before it gives anything: a signing request for push, the key pair's certificate for
 * enrolment tokens. The private keys stay with the server.
 */
import { Button } from '@fluentui/react-components';
import { ArrowDownloadRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import {
  instancePath,
  type ConnectorInstance,
  type ConnectorPage,
  type CredentialKind,
  type PublicPart,
} from '../../api/connectors';
import { useChange } from '../../app/session';
import { CopyField } from '../../ui/CopyField';
import { DialogFrame } from '../../ui/DialogFrame';

export function publicPartOf(kind: CredentialKind | null): 'signingRequest' | 'keyPair' | null {
  return kind === 'applePush' ? 'signingRequest' : kind === 'appleEnrolmentToken' ? 'keyPair' : null;
}

function download({ pem, fileName }: PublicPart): void {
  const address = URL.createObjectURL(new Blob([pem], { type: 'application/x-pem-file' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(address);
}

interface PublicPartDialogProps {
  connector: ConnectorPage;
  instance: ConnectorInstance;
  onClose: () => void;
}

export function PublicPartDialog({ connector, instance, onClose }: PublicPartDialogProps) {
  const { t } = useTranslation();
  const make = useChange<PublicPart>([]);
  const isPush = connector.credentialKind === 'applePush';
  const action = publicPartOf(connector.credentialKind) ?? 'signingRequest';
  const made = make.data;
  return (
    <DialogFrame
      title={isPush ? t('connectors.signingRequest') : t('connectors.keyPair')}
      error={make.error}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('action.close')}</Button>
          {made ? (
            <Button appearance="primary" icon={<ArrowDownloadRegular />} onClick={() => download(made)}>
              {t('connectors.download')}
            </Button>
          ) : (
            <Button
              appearance="primary"
              disabledFocusable={make.isPending}
              onClick={() => make.mutate({ path: instancePath(connector.type, instance.id, action) })}
            >
              {t('connectors.makeNew')}
            </Button>
          )}
        </>
      }
    >
      {isPush ? t('connectors.signingRequestText') : t('connectors.keyPairText')}
      {made ? <CopyField label={made.fileName} text={made.pem} block /> : null}
    </DialogFrame>
  );
}
