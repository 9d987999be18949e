/**
 * Data warehouse: the addresses of the feed, how to read it, and the tables it holds.
 */
import { Badge, Button, makeStyles, MessageBar, MessageBarBody, tokens } from '@fluentui/react-components';
import { DatabaseSearchRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { warehouseQuery } from '../../api/queries';
import type { Warehouse, WarehouseMove, WarehouseTable } from '../../api/types';
import { useFormats } from '../../i18n/format';
import { useLabels } from '../../i18n/labels';
import { CopyField } from '../../ui/CopyField';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { FilterSelect, Toolbar } from '../../ui/FilterSelect';
import { Facts, Page, PageHeader, Panel } from '../../ui/layout';
import { RouterLink } from '../../ui/links';
import { Identifier } from '../../ui/Identifier';
import { LoadingPanel } from '../../ui/Loading';
import { Problem } from '../../ui/Problem';
import { SearchField } from '../../ui/SearchField';
import { Time } from '../../ui/Time';
import { Charts } from './Charts';
import { Connect } from './Connect';
import { PublishButton } from './PublishButton';
import { Retention } from './Retention';

const KINDS = ['dimension', 'fact', 'association', 'enumeration'] as const;

const useStyles = makeStyles({
  urls: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 440px), 1fr))',
    gap: tokens.spacingHorizontalL,
  },
  snapshot: { marginBottom: tokens.spacingVerticalXL },
  note: { margin: `${tokens.spacingVerticalM} 0 0`, color: tokens.colorNeutralForeground2, maxWidth: '80ch' },
  link: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
});

export function WarehousePage() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(warehouseQuery);
  return (
    <Page>
      <PageHeader title={t('page.dataWarehouse')} intro={t('warehouse.intro')} actions={<Actions />} />
      {error && !data ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingPanel /> : null}
      {data ? (
        <>
          {data.moved ? <Moved move={data.moved} /> : null}
          <Feed warehouse={data} />
          <Connect warehouse={data} />
          <Tables warehouse={data} />
          <Retention />
          <Charts />
        </>
      ) : null}
    </Page>
  );
}

function Moved({ move }: { move: WarehouseMove }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const format = useFormats();
  return (
    <MessageBar intent="info" layout="multiline">
      <MessageBarBody>
        {t('moved.notice', {
          date: format.date(move.movedDateTime),
          location: labels.location(move.location),
        })}{' '}
        <RouterLink to="/data-warehouse/moved">{t('moved.link')}</RouterLink>
      </MessageBarBody>
    </MessageBar>
  );
}

function Actions() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <>
      <Button icon={<DatabaseSearchRegular />} onClick={() => void navigate({ to: '/data-warehouse/sql' })}>
        {t('page.sql')}
      </Button>
      <PublishButton />
    </>
  );
}

function Feed({ warehouse }: { warehouse: Warehouse }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const { lastSnapshot } = warehouse;
  return (
    <Panel title={t('warehouse.feed')}>
      <div className={styles.snapshot}>
        <Facts
          unknown={t('value.unknown')}
          facts={[
            {
              label: t('tenant.lastSnapshot'),
              value: lastSnapshot ? format.dateKey(lastSnapshot.dateKey) : t('tenant.noSnapshot'),
            },
            {
              label: t('warehouse.published'),
              value: lastSnapshot ? <Time iso={lastSnapshot.publishedDateTime} /> : null,
            },
            { label: t('warehouse.tables'), value: format.number(warehouse.tables.length) },
            {
              label: t('warehouse.size'),
              value: format.bytes(warehouse.tables.reduce((sum, table) => sum + table.sizeBytes, 0)),
            },
          ]}
        />
      </div>
      <div className={styles.urls}>
        <CopyField label={t('warehouse.feedUrl')} text={warehouse.feedUrl} />
        <CopyField label={t('warehouse.feedUrlBeta')} text={warehouse.feedUrlBeta} />
        <CopyField label={t('warehouse.pathRoot')} text={warehouse.pathRoot} />
        <CopyField label={t('warehouse.pathRootBeta')} text={warehouse.pathRootBeta} />
      </div>
      <p className={styles.note}>{t('warehouse.feedNote')}</p>
    </Panel>
  );
}

function Tables({ warehouse }: { warehouse: Warehouse }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const search = useSearch({ from: '/app/data-warehouse' });
  const navigate = useNavigate({ from: '/data-warehouse' });
  const columns = useColumns();
  const rows = useMemo(() => {
    const wanted = search.q?.toLowerCase() ?? '';
    return warehouse.tables.filter(
      (table) =>
        (!search.kind || table.kind === search.kind) &&
        (table.name.toLowerCase().includes(wanted) ||
          (table.description ?? '').toLowerCase().includes(wanted)),
    );
  }, [warehouse.tables, search.q, search.kind]);
  return (
    <Panel title={t('warehouse.tables')}>
      <Toolbar>
        <SearchField
          label={t('warehouse.searchTables')}
          value={search.q}
          onSearch={(q) =>
            void navigate({ search: (old) => ({ ...old, q }), replace: true, resetScroll: false })
          }
        />
        <FilterSelect
          label={t('warehouse.kind')}
          all={t('warehouse.anyKind')}
          value={search.kind}
          options={KINDS.map((value) => ({ value, label: labels.tableKind(value) }))}
          onChange={(kind) => void navigate({ search: (old) => ({ ...old, kind }), resetScroll: false })}
        />
      </Toolbar>
      <DataTable
        label={t('warehouse.tables')}
        columns={columns}
        rows={rows}
        rowKey={(table) => table.name}
        empty={t('warehouse.noTables')}
        minWidth="860px"
      />
    </Panel>
  );
}

function useColumns(): DataColumn<WarehouseTable>[] {
  const styles = useStyles();
  const { t } = useTranslation();
  const labels = useLabels();
  const format = useFormats();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('warehouse.table'),
        width: '25%',
        cell: (table) => (
          <RouterLink
            to="/data-warehouse/explore/$collection"
            params={{ collection: table.name }}
            className={styles.link}
          >
            <Identifier name={table.name} />
          </RouterLink>
        ),
      },
      {
        id: 'kind',
        header: t('warehouse.kind'),
        width: '12%',
        cell: (table) => (
          <Badge appearance="tint" color="informative">
            {labels.tableKind(table.kind)}
          </Badge>
        ),
      },
      {
        id: 'rows',
        header: t('warehouse.rows'),
        width: '8%',
        numeric: true,
        cell: (table) => format.number(table.rows),
      },
      {
        id: 'size',
        header: t('warehouse.size'),
        width: '10%',
        numeric: true,
        cell: (table) => format.bytes(table.sizeBytes),
      },
      {
        id: 'retention',
        header: t('warehouse.retention'),
        width: '10%',
        cell: (table) =>
          table.retentionDays === null
            ? t('warehouse.keptAlways')
            : t('warehouse.keptDays', {
                count: table.retentionDays,
                days: format.number(table.retentionDays),
              }),
      },
      {
        id: 'description',
        header: t('warehouse.description'),
        cell: (table) => <span lang="en">{table.description}</span>,
      },
    ],
    [t, labels, format, styles],
  );
}
