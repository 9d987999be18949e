/**
 * Tenant status → Connector status: the worst first, five at first, and what expires when.
 */
import { Badge, Button, makeStyles, tokens } from '@fluentui/react-components';
import { ErrorCircleRegular, WarningRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { connectorsQuery, type ConnectorSummary } from '../../api/connectors';
import { useFormats } from '../../i18n/format';
import { useLabels } from '../../i18n/labels';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { Panel } from '../../ui/layout';
import { RouterLink } from '../../ui/links';
import { LoadingPanel } from '../../ui/Loading';
import { Problem } from '../../ui/Problem';
import { When } from '../../ui/When';
import { Expirations } from './Expirations';
import { Feeds } from './Feeds';
import { HealthBadge } from './HealthBadge';
import { useReason } from './reason';
import { useLive } from './useLive';

const FIRST = 5;
const SHOW_ALL_KEY = 'quarterdeck.connectors.showAll';

const useStyles = makeStyles({
  counts: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  more: { marginTop: tokens.spacingVerticalM, '@media print': { display: 'none' } },
  note: { margin: `${tokens.spacingVerticalM} 0 0`, color: tokens.colorNeutralForeground2, maxWidth: '80ch' },
  sub: { display: 'block', color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
});

function recallShowAll(): boolean {
  return localStorage.getItem(SHOW_ALL_KEY) === 'yes';
}

/** The first five; and every one that is not well, however many those are. */
export function shownFirst(all: ConnectorSummary[]): ConnectorSummary[] {
  const unwell = all.filter(({ status }) => status.health === 'unhealthy' || status.health === 'warning');
  return all.slice(0, Math.max(FIRST, unwell.length));
}

export function ConnectorList() {
  const { i18n } = useTranslation();
  useLive();
  const { data, error, refetch } = useQuery(connectorsQuery(i18n.language));
  if (error && !data) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingPanel />;
  return (
    <>
      <List connectors={data.value} unhealthy={data.unhealthyCount} warning={data.warningCount} />
      <Expirations connectors={data.value} />
      <Feeds />
    </>
  );
}

interface ListProps {
  connectors: ConnectorSummary[];
  unhealthy: number;
  warning: number;
}

function List({ connectors, unhealthy, warning }: ListProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const [showAll, setShowAll] = useState(recallShowAll);
  const columns = useColumns();
  const rows = useMemo(() => (showAll ? connectors : shownFirst(connectors)), [showAll, connectors]);
  const toggle = () => {
    localStorage.setItem(SHOW_ALL_KEY, showAll ? 'no' : 'yes');
    setShowAll(!showAll);
  };
  return (
    <Panel
      title={t('tab.connectorStatus')}
      actions={
        <span className={styles.counts}>
          <Badge
            appearance={unhealthy ? 'filled' : 'outline'}
            color={unhealthy ? 'danger' : 'informative'}
            icon={<ErrorCircleRegular />}
          >
            {t('connectors.unhealthyCount', { count: unhealthy, number: format.number(unhealthy) })}
          </Badge>
          <Badge
            appearance={warning ? 'tint' : 'outline'}
            color={warning ? 'warning' : 'informative'}
            icon={<WarningRegular />}
          >
            {t('connectors.warningCount', { count: warning, number: format.number(warning) })}
          </Badge>
        </span>
      }
    >
      <DataTable
        label={t('tab.connectorStatus')}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.type}
        empty={t('connectors.none')}
      />
      <div className={styles.more}>
        <Button onClick={toggle}>
          {showAll
            ? t('connectors.showFewer')
            : t('connectors.showAll', { count: connectors.length, number: format.number(connectors.length) })}
        </Button>
      </div>
      <p className={styles.note}>{t('connectors.ruleGroup')}</p>
      <p className={styles.note}>{t('connectors.caveat')}</p>
    </Panel>
  );
}

function useColumns(): DataColumn<ConnectorSummary>[] {
  const styles = useStyles();
  const { t } = useTranslation();
  const labels = useLabels();
  const format = useFormats();
  const reason = useReason();
  return useMemo(
    () => [
      {
        id: 'connector',
        header: t('connectors.connector'),
        cell: (row) => (
          <>
            <RouterLink to="/tenant-status/connectors/$type" params={{ type: row.type }}>
              {row.label}
            </RouterLink>
            <span className={styles.sub}>
              {labels.connectorKind(row.kind)}
              {row.instanceCount > 1
                ? ` · ${t('connectors.instances', { count: row.instanceCount, number: format.number(row.instanceCount) })}`
                : null}
            </span>
          </>
        ),
      },
      {
        id: 'status',
        header: t('connectors.status'),
        width: '17%',
        cell: (row) => <HealthBadge health={row.status.health} />,
      },
      {
        id: 'why',
        header: t('connectors.why'),
        width: '32%',
        cell: (row) => (
          <>
            {reason(row.kind, row.status.reason)}
            {row.instanceName && row.instanceCount > 1 ? (
              <span className={styles.sub}>{row.instanceName}</span>
            ) : null}
          </>
        ),
      },
      {
        id: 'time',
        header: t('connectors.timestamp'),
        width: '19%',
        cell: (row) => <When iso={row.status.timestamp} none={t('connectors.notApplicable')} />,
      },
    ],
    [t, labels, format, reason, styles],
  );
}
