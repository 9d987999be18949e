/**
 * The entity explorer: build a request to one table, see its address, run it.
 */
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client';
import { feedQuery, warehouseQuery } from '../../api/queries';
import type { WarehouseTable } from '../../api/types';
import { NotFound } from '../../app/screens';
import { useFormats } from '../../i18n/format';
import { CopyField } from '../../ui/CopyField';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { Page, PageHeader, Panel, Unknown } from '../../ui/layout';
import { RouterLink } from '../../ui/links';
import { LoadingPanel } from '../../ui/Loading';
import { Pager } from '../../ui/Pager';
import { Problem } from '../../ui/Problem';
import { DEFAULT_TOP, feedPath, readable } from './address';
import { ColumnDocs } from './ColumnDocs';
import { FeedError } from './FeedError';
import { RequestBuilder } from './RequestBuilder';

type Row = Record<string, unknown>;
const NO_ROWS: Row[] = [];
const LEAST_WIDTH = 170;
const WIDTH_PER_LETTER = 8.5;

/** Wide enough for the column's name in one line, in pixels. */
function widthOf(name: string): number {
  return Math.max(LEAST_WIDTH, Math.ceil(name.length * WIDTH_PER_LETTER) + 24);
}

export function ExplorerPage() {
  const { t } = useTranslation();
  const { collection } = useParams({ from: '/app/data-warehouse/explore/$collection' });
  const { data, error, refetch } = useQuery(warehouseQuery);
  const table = data?.tables.find((candidate) => candidate.name === collection);
  if (data && !table)
    return <NotFound title={t('explorer.noTable')} text={t('explorer.noTableText', { name: collection })} />;
  const back = <RouterLink to="/data-warehouse">{t('page.dataWarehouse')}</RouterLink>;
  return (
    <Page>
      <PageHeader
        title={collection}
        above={back}
        intro={table?.description ? <span lang="en">{table.description}</span> : undefined}
      />
      {error && !data ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingPanel /> : null}
      {table ? <Explorer key={table.name} table={table} /> : null}
    </Page>
  );
}

function Explorer({ table }: { table: WarehouseTable }) {
  const { t } = useTranslation();
  const search = useSearch({ from: '/app/data-warehouse/explore/$collection' });
  const navigate = useNavigate({ from: '/data-warehouse/explore/$collection' });
  const path = feedPath(table.name, search);
  return (
    <>
      <Panel title={t('explorer.request')}>
        <RequestBuilder
          key={`${search.version}|${search.select}|${search.filter}|${search.top}`}
          table={table}
          search={search}
          onRun={(next) => void navigate({ search: next, resetScroll: false })}
        />
        <CopyField label={t('explorer.address')} text={`${location.origin}${readable(path)}`} />
      </Panel>
      <Result path={path} filter={search.filter} top={search.top ?? DEFAULT_TOP} page={search.page ?? 1} />
      <ColumnDocs table={table} />
    </>
  );
}

interface ResultProps {
  path: string;
  filter: string | undefined;
  top: number;
  page: number;
}

function Result({ path, filter, top, page }: ResultProps) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: '/data-warehouse/explore/$collection' });
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery(feedQuery(path));
  const rows = data?.value ?? NO_ROWS;
  const columns = useColumns(rows);
  if (error) {
    const refused = error instanceof ApiError && [400, 501].includes(error.failure.status);
    return refused ? (
      <FeedError failure={error.failure} filter={filter} />
    ) : (
      <Problem error={error} onRetry={() => void refetch()} />
    );
  }
  return (
    <Panel title={t('explorer.result')}>
      {data ? (
        <>
          <DataTable
            label={t('explorer.result')}
            columns={columns}
            rows={rows}
            rowKey={rowKeyOf(rows)}
            loading={isFetching && isPlaceholderData}
            empty={t('explorer.noRows')}
            stack={false}
            minWidth={`${columns.reduce((sum, column) => sum + widthOf(column.id), 0)}px`}
          />
          <Pager
            page={page}
            shown={rows.length}
            total={data['@odata.count'] ?? (rows.length < top ? (page - 1) * top + rows.length : undefined)}
            pageSize={top}
            onPage={(next) =>
              void navigate({
                search: (old) => ({ ...old, page: next === 1 ? undefined : next }),
                resetScroll: false,
              })
            }
          />
        </>
      ) : (
        <LoadingPanel />
      )}
    </Panel>
  );
}

/** Rows of the feed may repeat under `$select`, so their place is their key. */
function rowKeyOf(rows: Row[]): (row: Row) => string {
  const places = new Map(rows.map((row, place) => [row, String(place)]));
  return (row) => places.get(row) ?? '';
}

function useColumns(rows: Row[]): DataColumn<Row>[] {
  const { t } = useTranslation();
  const format = useFormats();
  return useMemo(() => {
    const names = Object.keys(rows[0] ?? {}).filter((name) => !name.includes('@'));
    return names.map((name) => ({
      id: name,
      header: name,
      width: `${widthOf(name)}px`,
      breakAnywhere: true,
      numeric: typeof rows[0]?.[name] === 'number' && !isKey(name),
      cell: (row) => (
        <Value value={row[name]} name={name} format={format.number} empty={t('explorer.null')} />
      ),
    }));
  }, [rows, t, format]);
}

/** Keys are names made of digits, not amounts: they take no thousands separators. */
function isKey(name: string): boolean {
  return /(key|id)$/i.test(name);
}

interface ValueProps {
  name: string;
  value: unknown;
  format: (value: number) => string;
  empty: string;
}

function Value({ name, value, format, empty }: ValueProps) {
  if (value === null || value === undefined) return <Unknown label={empty} />;
  if (typeof value === 'number') return isKey(name) ? String(value) : format(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
