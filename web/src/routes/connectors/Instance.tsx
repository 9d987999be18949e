/**
 * One connector, open: what is known of its credential and its synchronisation, its history, and what to do.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { instanceQuery, type ConnectorInstance, type ConnectorPage } from '../../api/connectors';
import { useLabels } from '../../i18n/labels';
import { Facts, type Fact } from '../../ui/layout';
import { Problem } from '../../ui/Problem';
import { When } from '../../ui/When';
import { Brought } from './Brought';
import { InstanceActions } from './InstanceActions';
import { useFacts } from './facts';
import { useReason } from './reason';
import { Runs } from './Runs';
import { Timeline } from './Timeline';

const useStyles = makeStyles({
  parts: { display: 'grid', gap: tokens.spacingVerticalXL },
  heading: { margin: `0 0 ${tokens.spacingVerticalM}`, fontSize: tokens.fontSizeBase300 },
  error: { whiteSpace: 'pre-wrap' },
});

interface InstanceProps {
  connector: ConnectorPage;
  instance: ConnectorInstance;
}

export function Instance({ connector, instance }: InstanceProps) {
  const styles = useStyles();
  const { t, i18n } = useTranslation();
  const { data, error, refetch } = useQuery(instanceQuery(i18n.language, connector.type, instance));
  return (
    <div className={styles.parts}>
      <InstanceActions connector={connector} instance={instance} />
      <State connector={connector} instance={instance} />
      {connector.credentialKind || instance.credential.state !== 'none' ? (
        <Credential instance={instance} />
      ) : null}
      {instance.sync.kind ? <Synchronisation instance={instance} /> : null}
      {error && !data ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {data ? (
        <>
          {data.brought.length > 0 ? <Brought kinds={data.brought} /> : null}
          {instance.sync.kind ? (
            <div>
              <h4 className={styles.heading}>{t('connectors.runs')}</h4>
              <Runs runs={data.runs} />
            </div>
          ) : null}
          {connector.instanceCount > 1 ? (
            <div>
              <h4 className={styles.heading}>{t('connectors.timeline')}</h4>
              <Timeline
                kind={connector.kind}
                current={instance.status.health}
                changes={data.timeline}
                members={[{ id: instance.id, current: instance.status.health }]}
              />
            </div>
          ) : null}
        </>
      ) : null}
    </div>
  );
}

function State({ connector, instance }: InstanceProps) {
  const { t } = useTranslation();
  const labels = useLabels();
  const reason = useReason();
  const { status } = instance;
  return (
    <Facts
      unknown={t('value.unknown')}
      facts={[
        { label: t('connectors.rule'), value: reason(connector.kind, status.reason) },
        {
          label: labels.connectorValue(connector.kind),
          value: <When iso={status.timestamp} none={t('connectors.notApplicable')} />,
        },
        {
          label: t('connectors.changesNext'),
          value: <When iso={status.changesAt} none={t('connectors.changesNever')} />,
        },
        { label: t('connectors.owner'), value: instance.owner ?? t('connectors.noOwner') },
        { label: t('connectors.howToRenew'), value: instance.howToRenew ?? t('connectors.noNote') },
      ]}
    />
  );
}

function Credential({ instance }: { instance: ConnectorInstance }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const factsOf = useFacts();
  const { credential } = instance;
  const facts: Fact[] =
    credential.state === 'none'
      ? [{ label: t('connectors.credential'), value: t('connectors.noCredential') }]
      : [
          {
            label: t('connectors.validFrom'),
            value: <When iso={credential.validFromDateTime} none={t('connectors.notApplicable')} />,
          },
          {
            label: t('connectors.expires'),
            value: <When iso={credential.expirationDateTime} none={t('connectors.neverExpires')} />,
          },
          {
            label: t('connectors.uploaded'),
            value: <When iso={credential.uploadedDateTime} none={t('connectors.notApplicable')} />,
          },
          ...factsOf(credential.facts),
        ];
  return (
    <div>
      <h4 className={styles.heading}>{t('connectors.credential')}</h4>
      <Facts unknown={t('value.unknown')} facts={facts} />
    </div>
  );
}

function Synchronisation({ instance }: { instance: ConnectorInstance }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const labels = useLabels();
  const factsOf = useFacts();
  const { sync } = instance;
  return (
    <div>
      <h4 className={styles.heading}>{t('connectors.synchronization')}</h4>
      <Facts
        unknown={t('value.unknown')}
        facts={[
          { label: t('connectors.syncKind'), value: labels.syncKind(sync.kind) },
          {
            label: t('connectors.lastSuccess'),
            value: <When iso={sync.lastSuccessDateTime} none={t('connectors.never')} />,
          },
          {
            label: t('connectors.lastAttempt'),
            value: <When iso={sync.lastAttemptDateTime} none={t('connectors.never')} />,
          },
          {
            label: t('connectors.lastError'),
            value: sync.lastError ? (
              <span className={styles.error}>{sync.lastError}</span>
            ) : (
              t('connectors.noError')
            ),
          },
          sync.kind === 'heartbeat'
            ? {
                label: t('connectors.nextExpected'),
                value: <When iso={sync.nextExpectedDateTime} none={t('connectors.notApplicable')} />,
              }
            : {
                label: t('connectors.nextRun'),
                value: <When iso={sync.nextRunDateTime} none={t('connectors.notApplicable')} />,
              },
          ...factsOf(instance.settings),
        ]}
      />
    </div>
  );
}
