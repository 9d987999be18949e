/**
 * What may be done with a connector. Each button opens a dialog or acts at once; a refusal shows below.
 */
import { makeStyles, MessageBar, MessageBarBody, tokens } from '@fluentui/react-components';
import { ArrowSyncRegular } from '@fluentui/react-icons';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  CONNECTORS_KEY,
  instancePath,
  type ConnectorInstance,
  type ConnectorPage,
} from '../../api/connectors';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DialogButton } from '../../ui/DialogButton';
import { useFailureText } from '../../ui/Problem';
import { CredentialDialog } from './CredentialDialog';
import { InstanceDialog } from './InstanceDialog';
import { PublicPartDialog, publicPartOf } from './PublicPartDialog';
import { TokenDialog } from './TokenDialog';

const useStyles = makeStyles({
  tools: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalS,
    '@media print': { display: 'none' },
  },
  all: { display: 'grid', gap: tokens.spacingVerticalM },
});

type Asked = 'edit' | 'credential' | 'public' | 'token' | 'delete' | null;

interface ActionsProps {
  connector: ConnectorPage;
  instance: ConnectorInstance;
}

export function InstanceActions({ connector, instance }: ActionsProps) {
  const styles = useStyles();
  const [asked, setAsked] = useState<Asked>(null);
  const failureText = useFailureText();
  const act = useChange([CONNECTORS_KEY]);
  if (!connector.mayWrite) return null;
  const close = () => setAsked(null);
  return (
    <div className={styles.all}>
      <Buttons connector={connector} instance={instance} act={act} onAsk={setAsked} />
      {act.error ? (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{failureText(act.error)}</MessageBarBody>
        </MessageBar>
      ) : null}
      {asked === 'edit' ? <InstanceDialog connector={connector} instance={instance} onClose={close} /> : null}
      {asked === 'credential' ? (
        <CredentialDialog connector={connector} instance={instance} onClose={close} />
      ) : null}
      {asked === 'public' ? (
        <PublicPartDialog connector={connector} instance={instance} onClose={close} />
      ) : null}
      {asked === 'token' ? <TokenDialog connector={connector} instance={instance} onClose={close} /> : null}
      {asked === 'delete' ? <DeleteDialog connector={connector} instance={instance} onClose={close} /> : null}
    </div>
  );
}

type Act = ReturnType<typeof useChange>;

function Buttons({
  connector,
  instance,
  act,
  onAsk,
}: ActionsProps & { act: Act; onAsk: (asked: Asked) => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const say = useNotice();
  const isOurs = connector.madeBy === 'quarterdeck';
  const kind = instance.sync.kind;
  const asks = kind !== null && kind !== 'heartbeat' && kind !== 'scim';
  const post = (action: string, done: string) =>
    act.mutate({ path: instancePath(connector.type, instance.id, action) }, { onSuccess: () => say(done) });
  return (
    <div className={styles.tools}>
      {connector.credentialKind && !isOurs ? (
        <DialogButton appearance="primary" onClick={() => onAsk('credential')}>
          {instance.credential.state === 'none' ? t('connectors.upload') : t('connectors.renew')}
        </DialogButton>
      ) : null}
      {publicPartOf(connector.credentialKind) && !isOurs ? (
        <DialogButton onClick={() => onAsk('public')}>
          {connector.credentialKind === 'applePush'
            ? t('connectors.signingRequest')
            : t('connectors.keyPair')}
        </DialogButton>
      ) : null}
      {asks && !isOurs ? (
        <DialogButton
          icon={<ArrowSyncRegular />}
          disabledFocusable={act.isPending || instance.sync.isRunning || !instance.isEnabled}
          onClick={() => post('sync', t('connectors.syncAsked'))}
        >
          {instance.sync.isRunning ? t('connectors.running') : t('connectors.syncNow')}
        </DialogButton>
      ) : null}
      {kind === 'heartbeat' && !isOurs ? (
        <DialogButton onClick={() => onAsk('token')}>{t('connectors.heartbeatToken')}</DialogButton>
      ) : null}
      <DialogButton
        onClick={() => onAsk('edit')}
        aria-label={t('action.editNamed', { name: instance.displayName })}
      >
        {t('action.edit')}
      </DialogButton>
      {isOurs ? null : (
        <>
          <DialogButton
            disabledFocusable={act.isPending}
            onClick={() =>
              instance.isEnabled
                ? post('disable', t('connectors.disabled'))
                : post('enable', t('connectors.enabled'))
            }
          >
            {instance.isEnabled ? t('connectors.disable') : t('connectors.enable')}
          </DialogButton>
          <DialogButton
            onClick={() => onAsk('delete')}
            aria-label={t('action.deleteNamed', { name: instance.displayName })}
          >
            {t('action.delete')}
          </DialogButton>
        </>
      )}
    </div>
  );
}

function DeleteDialog({ connector, instance, onClose }: ActionsProps & { onClose: () => void }) {
  const { t } = useTranslation();
  const say = useNotice();
  const navigate = useNavigate();
  const remove = useChange([CONNECTORS_KEY]);
  const confirm = () =>
    remove.mutate(
      { path: instancePath(connector.type, instance.id), method: 'DELETE' },
      {
        onSuccess: () => {
          say(t('connectors.deleted'));
          onClose();
          void navigate({ to: '/tenant-status/connectors/$type', params: { type: connector.type } });
        },
      },
    );
  return (
    <ConfirmDialog
      open
      title={t('connectors.deleteTitle')}
      confirm={t('action.delete')}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      {t('connectors.deleteText', { name: instance.displayName })}
    </ConfirmDialog>
  );
}
