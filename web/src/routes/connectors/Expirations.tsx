/**
 * What expires when: the next twelve months as a picture, and the same as a list.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { expiringQuery, type ConnectorSummary, type Expiring, type Health } from '../../api/connectors';
import { useFormats } from '../../i18n/format';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { Panel } from '../../ui/layout';
import { RouterLink } from '../../ui/links';
import { LoadingPanel } from '../../ui/Loading';
import { Problem } from '../../ui/Problem';
import { useNow } from '../../ui/useNow';
import { When } from '../../ui/When';
import { HealthBadge } from './HealthBadge';

const MONTHS = 12;
const LISTED = 8;

const useStyles = makeStyles({
  picture: {
    display: 'grid',
    gridTemplateColumns: `repeat(${MONTHS}, minmax(0, 1fr))`,
    gap: '2px',
    margin: 0,
    padding: 0,
  },
  month: {
    listStyleType: 'none',
    display: 'grid',
    gridTemplateRows: '76px auto',
    minWidth: 0,
    textAlign: 'center',
    fontSize: tokens.fontSizeBase100,
    color: tokens.colorNeutralForeground2,
  },
  stack: {
    display: 'flex',
    flexDirection: 'column-reverse',
    alignItems: 'center',
    gap: '2px',
    borderBottom: `1px solid ${tokens.colorNeutralStroke1}`,
    paddingBottom: '3px',
    overflow: 'hidden',
  },
  name: { overflow: 'hidden', whiteSpace: 'nowrap', paddingTop: tokens.spacingVerticalXXS },
  marks: { display: 'block' },
  list: { marginTop: tokens.spacingVerticalL },
  empty: { margin: 0 },
});

export interface Month {
  /** The first of the month. */
  start: Date;
  things: Expiring[];
}

/** The twelve months from the present one; what has expired already counts to the first. */
export function byMonth(things: Expiring[], now: number): Month[] {
  const first = new Date(now);
  const months = Array.from({ length: MONTHS }, (_, n) => ({
    start: new Date(first.getFullYear(), first.getMonth() + n, 1),
    things: [] as Expiring[],
  }));
  for (const thing of things) {
    const at = new Date(thing.expiresAt);
    const n = (at.getFullYear() - first.getFullYear()) * 12 + at.getMonth() - first.getMonth();
    months[Math.max(0, n)]?.things.push(thing);
  }
  return months;
}

const FILL: Record<Health, string> = {
  unhealthy: tokens.colorStatusDangerForeground1,
  warning: tokens.colorStatusWarningForeground1,
  healthy: tokens.colorStatusSuccessForeground1,
  notEnabled: tokens.colorNeutralForeground3,
};

/** A sign for each health, told apart by its shape. */
function Mark({ health }: { health: Health }) {
  const fill = FILL[health] ?? FILL.notEnabled;
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden>
      {health === 'unhealthy' ? (
        <path d="M2 2 L12 12 M12 2 L2 12" stroke={fill} strokeWidth="3" />
      ) : health === 'warning' ? (
        <path d="M7 1 L13 13 H1 Z" fill={fill} />
      ) : (
        <circle cx="7" cy="7" r="5" fill={fill} />
      )}
    </svg>
  );
}

export function Expirations({ connectors }: { connectors: ConnectorSummary[] }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const now = useNow();
  const { data, error, refetch } = useQuery(expiringQuery);
  const columns = useColumns(connectors);
  const sorted = useMemo(
    () => (data?.value ?? []).toSorted((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1)),
    [data],
  );
  if (error && !data) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingPanel />;
  return (
    <Panel title={t('connectors.expirations')}>
      {sorted.length === 0 ? (
        <p className={styles.empty}>{t('connectors.nothingExpires')}</p>
      ) : (
        <>
          <Picture months={byMonth(sorted, now)} />
          <div className={styles.list}>
            <DataTable
              label={t('connectors.expirations')}
              columns={columns}
              rows={sorted.slice(0, LISTED)}
              rowKey={(row) => `${row.type}/${row.instanceId}`}
              empty={t('connectors.nothingExpires')}
            />
          </div>
        </>
      )}
    </Panel>
  );
}

function Picture({ months }: { months: Month[] }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation();
  const format = useFormats();
  const short = useMemo(() => new Intl.DateTimeFormat(i18n.language, { month: 'short' }), [i18n.language]);
  const long = useMemo(
    () => new Intl.DateTimeFormat(i18n.language, { month: 'long', year: 'numeric' }),
    [i18n.language],
  );
  const text = months
    .filter(({ things }) => things.length > 0)
    .map(({ start, things }) => `${long.format(start)}: ${things.length}`);
  return (
    <div role="img" aria-label={t('connectors.pictureLabel', { months: format.list(text) })}>
      <ul className={styles.picture} aria-hidden>
        {months.map(({ start, things }) => (
          <li
            key={start.toISOString()}
            className={styles.month}
            title={things.map((one) => one.displayName).join(', ')}
          >
            <span className={styles.stack}>
              {things.slice(0, 4).map((one) => (
                <Mark key={`${one.type}/${one.instanceId}`} health={one.health} />
              ))}
              {things.length > 4 ? `+${things.length - 4}` : null}
            </span>
            <span className={styles.name}>{short.format(start).slice(0, 3)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function useColumns(connectors: ConnectorSummary[]): DataColumn<Expiring>[] {
  const { t } = useTranslation();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('connectors.what'),
        cell: (row) => (
          <RouterLink
            to="/tenant-status/connectors/$type/$id"
            params={{ type: row.type, id: row.instanceId }}
          >
            {row.displayName}
          </RouterLink>
        ),
      },
      {
        id: 'type',
        header: t('connectors.connector'),
        width: '26%',
        cell: (row) => connectors.find((one) => one.type === row.type)?.label ?? row.type,
      },
      {
        id: 'owner',
        header: t('connectors.owner'),
        width: '18%',
        cell: (row) => row.owner ?? t('connectors.noOwner'),
      },
      {
        id: 'expires',
        header: t('connectors.expires'),
        width: '18%',
        cell: (row) => <When iso={row.expiresAt} />,
      },
      {
        id: 'health',
        header: t('connectors.status'),
        width: '15%',
        cell: (row) => <HealthBadge health={row.health} />,
      },
    ],
    [t, connectors],
  );
}
