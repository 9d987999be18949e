/**
 * A heartbeat token: made on request, shown once, with a line that works when pasted.
 */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  MessageBar,
  MessageBarBody,
  tokens,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import {
  CONNECTORS_KEY,
  instancePath,
  type ConnectorInstance,
  type ConnectorPage,
} from '../../api/connectors';
import { useChange } from '../../app/session';
import { CopyField } from '../../ui/CopyField';
import { ResultDialog } from '../../ui/FormDialog';
import { useFailureText } from '../../ui/Problem';

const useStyles = makeStyles({ content: { display: 'grid', gap: tokens.spacingVerticalL } });

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
  const styles = useStyles();
  const { t } = useTranslation();
  const failureText = useFailureText();
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
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('connectors.heartbeatToken')}</DialogTitle>
          <DialogContent className={styles.content}>
            {t('connectors.tokenText')}
            {instance.sync.hasHeartbeatToken ? (
              <MessageBar intent="warning" layout="multiline">
                <MessageBarBody>{t('connectors.tokenReplaces')}</MessageBarBody>
              </MessageBar>
            ) : null}
            {make.error ? (
              <MessageBar intent="error" layout="multiline">
                <MessageBarBody>{failureText(make.error)}</MessageBarBody>
              </MessageBar>
            ) : null}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t('action.cancel')}</Button>
            <Button
              appearance="primary"
              disabledFocusable={make.isPending}
              onClick={() =>
                make.mutate({ path: instancePath(connector.type, instance.id, 'heartbeatToken') })
              }
            >
              {t('connectors.makeToken')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
