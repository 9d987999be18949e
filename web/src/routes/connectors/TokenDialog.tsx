/**
 * A heartbeat token: made on request, shown once, with a line that works when pasted.
 */
import { MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import {
  CONNECTORS_KEY,
  instancePath,
  type ConnectorInstance,
  type ConnectorPage,
} from '../../api/connectors';
import { useChange } from '../../app/session';
import { CopyField } from '../../ui/CopyField';
import { FormDialog, ResultDialog } from '../../ui/FormDialog';

interface TokenDialogProps {
  connector: ConnectorPage;
  instance: ConnectorInstance;
  onClose: () => void;
}

/** A report of success, as `curl` sends it. */
export function heartbeatCommand(address: string): string {
  return `curl -fsS -X POST -H 'content-type: application/json' -d '{"status":"success"}' ${address}`;
}

export function TokenDialog({ connector, instance, onClose }: TokenDialogProps) {
  const { t } = useTranslation();
  const make = useChange<{ token: string; address: string }>([CONNECTORS_KEY]);
  if (make.data) {
    return (
      <ResultDialog title={t('connectors.tokenMade')} onClose={onClose}>
        <CopyField label={t('connectors.tokenAddress')} text={make.data.address} />
        <CopyField label={t('connectors.tokenCommand')} text={heartbeatCommand(make.data.address)} block />
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t('connectors.tokenOnce')}</MessageBarBody>
        </MessageBar>
      </ResultDialog>
    );
  }
  return (
    <FormDialog
      title={t('connectors.heartbeatToken')}
      submit={t('connectors.makeToken')}
      busy={make.isPending}
      error={make.error}
      onSubmit={() => make.mutate({ path: instancePath(connector.type, instance.id, 'heartbeatToken') })}
      onClose={onClose}
    >
      {t('connectors.tokenText')}
      {instance.sync.hasHeartbeatToken ? (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t('connectors.tokenReplaces')}</MessageBarBody>
        </MessageBar>
      ) : null}
    </FormDialog>
  );
}
