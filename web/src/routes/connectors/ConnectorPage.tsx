/**
 * One type of connector: its rule, its instances, and the last 90 days.
 */
import { Badge, makeStyles, MessageBar, MessageBarBody, tokens } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isStatus } from '../../api/client';
import {
  connectorQuery,
  type ConnectorInstance,
  type ConnectorPage as Connector,
} from '../../api/connectors';
import { NotFound } from '../../app/screens';
import { useFormats } from '../../i18n/format';
import { useLabels } from '../../i18n/labels';
import { Identifier } from '../../ui/Identifier';
import { DialogButton } from '../../ui/DialogButton';
import { Disclosures } from '../../ui/Disclosures';
import { Facts, Page, PageHeader, Panel } from '../../ui/layout';
import { RouterLink } from '../../ui/links';
import { LoadingPanel } from '../../ui/Loading';
import { Problem } from '../../ui/Problem';
import { When } from '../../ui/When';
import { EarlyWarnings } from './EarlyWarnings';
import { HealthBadge } from './HealthBadge';
import { Instance } from './Instance';
import { InstanceDialog } from './InstanceDialog';
import { useReason } from './reason';
import { Timeline } from './Timeline';
import { useLive } from './useLive';

const useStyles = makeStyles({
  head: { display: 'grid', gap: tokens.spacingVerticalXS },
  name: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  meta: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalM,
    rowGap: tokens.spacingVerticalXS,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
  },
  empty: { margin: 0 },
});

function BackLink() {
  const { t } = useTranslation();
  return <RouterLink to="/tenant-status/connectors">{t('tab.connectorStatus')}</RouterLink>;
}

export function ConnectorPage() {
  const { t, i18n } = useTranslation();
  const { type = '' } = useParams({ strict: false });
  useLive();
  const { data, error, refetch } = useQuery(connectorQuery(i18n.language, type));
  if (isStatus(error, 404))
    return <NotFound title={t('connectors.notFound')} text={t('connectors.notFoundText')} />;
  if (data) return <Loaded connector={data} />;
  return (
    <Page>
      <PageHeader title={t('connectors.connector')} above={<BackLink />} />
      {error ? <Problem error={error} onRetry={() => void refetch()} /> : <LoadingPanel />}
    </Page>
  );
}

function Loaded({ connector }: { connector: Connector }) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const isOurs = connector.madeBy === 'quarterdeck';
  const mayAdd = connector.mayWrite && !isOurs;
  return (
    <Page>
      <PageHeader
        title={connector.pageTitle}
        above={<BackLink />}
        badge={<HealthBadge health={connector.status.health} />}
        intro={connector.label === connector.pageTitle ? undefined : connector.label}
        actions={
          mayAdd ? (
            <DialogButton appearance="primary" icon={<AddRegular />} onClick={() => setAdding(true)}>
              {t('connectors.add')}
            </DialogButton>
          ) : null
        }
      />
      {connector.isRetired ? <Note>{t('connectors.retired')}</Note> : null}
      {isOurs ? <Note>{t('connectors.computed')}</Note> : null}
      {connector.mayWrite || isOurs ? null : (
        <Note>{t('connectors.readOnly', { permission: connector.writePermission })}</Note>
      )}
      <Why connector={connector} />
      <Instances connector={connector} />
      {connector.kind === 'expiry' ? <EarlyWarnings connector={connector} /> : null}
      <Panel title={t('connectors.timeline')}>
        <Timeline
          kind={connector.kind}
          current={connector.status.health}
          changes={connector.timeline}
          members={connector.instances.map(({ id, status }) => ({ id, current: status.health }))}
        />
      </Panel>
      {adding ? <InstanceDialog connector={connector} onClose={() => setAdding(false)} /> : null}
    </Page>
  );
}

function Note({ children }: { children: string }) {
  return (
    <MessageBar layout="multiline">
      <MessageBarBody>{children}</MessageBarBody>
    </MessageBar>
  );
}

function Why({ connector }: { connector: Connector }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const reason = useReason();
  const { status } = connector;
  return (
    <Panel title={t('connectors.whyTitle')}>
      <Facts
        unknown={t('value.unknown')}
        facts={[
          { label: t('connectors.status'), value: <HealthBadge health={status.health} /> },
          { label: t('connectors.rule'), value: reason(connector.kind, status.reason) },
          {
            label: labels.connectorValue(connector.kind),
            value: <When iso={status.timestamp} none={t('connectors.notApplicable')} />,
          },
          {
            label: t('connectors.changesNext'),
            value: <When iso={status.changesAt} none={t('connectors.changesNever')} />,
          },
          { label: t('connectors.drivenBy'), value: <code>{connector.drivenBy}</code> },
          ...(connector.graphSource
            ? [
                {
                  label: t('connectors.graphSource'),
                  value: (
                    <code>
                      <Identifier name={connector.graphSource} />
                    </code>
                  ),
                },
              ]
            : []),
        ]}
      />
    </Panel>
  );
}

function Head({ connector, instance }: { connector: Connector; instance: ConnectorInstance }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const reason = useReason();
  return (
    <span className={styles.head}>
      <span className={styles.name}>{instance.displayName}</span>
      <span className={styles.meta}>
        <HealthBadge health={instance.status.health} />
        {instance.sync.isRunning ? (
          <Badge appearance="tint" color="brand">
            {t('connectors.running')}
          </Badge>
        ) : null}
        <span>{reason(connector.kind, instance.status.reason)}</span>
      </span>
    </span>
  );
}

function Instances({ connector }: { connector: Connector }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const navigate = useNavigate();
  const { id } = useParams({ strict: false });
  const { instances, type } = connector;
  const go = (chosen: string | undefined) =>
    chosen
      ? navigate({
          to: '/tenant-status/connectors/$type/$id',
          params: { type, id: chosen },
          resetScroll: false,
        })
      : navigate({ to: '/tenant-status/connectors/$type', params: { type }, resetScroll: false });
  const count = instances.length;
  return (
    <Panel title={t('connectors.instancesTitle', { count, number: format.number(count) })}>
      {count === 0 ? (
        <p className={styles.empty}>
          {connector.madeBy === 'quarterdeck' ? t('connectors.noneOfOurs') : t('connectors.noInstances')}
        </p>
      ) : null}
      <Disclosures
        entries={instances.map((instance) => ({
          id: instance.id,
          instance,
          head: <Head connector={connector} instance={instance} />,
        }))}
        open={id ?? (count === 1 ? instances[0]?.id : undefined)}
        onOpen={(chosen) => void go(chosen)}
      >
        {({ instance }) => <Instance key={instance.id} connector={connector} instance={instance} />}
      </Disclosures>
    </Panel>
  );
}
