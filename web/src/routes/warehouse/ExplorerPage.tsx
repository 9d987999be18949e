/**
 * The entity explorer: build a request to one table, see its address, run it.
 */
import { Link, makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client';
import { feedQuery, warehouseQuery } from '../../api/queries';
import type { WarehouseTable } from '../../api/types';
import { NotFound } from '../../app/screens';
import { CopyField } from '../../ui/CopyField';
import { Page, PageHeader, Panel } from '../../ui/layout';
import { RouterLink } from '../../ui/links';
import { LoadingPanel } from '../../ui/Loading';
import { Pager } from '../../ui/Pager';
import { Problem } from '../../ui/Problem';
import { DEFAULT_TOP, downloadPath, feedPath, readable } from './address';
import { ColumnDocs } from './ColumnDocs';
import { FeedError } from './FeedError';
import { RequestBuilder } from './RequestBuilder';
import { RowChart, RowTable, type Row } from './Rows';

const NO_ROWS: Row[] = [];
const FORMATS = { csv: 'CSV', ndjson: 'NDJSON', parquet: 'Parquet', arrow: 'Arrow' } as const;

const useStyles = makeStyles({
  downloads: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalM,
    marginTop: tokens.spacingVerticalM,
  },
});

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
  const styles = useStyles();
  const { t } = useTranslation();
  const search = useSearch({ from: '/app/data-warehouse/explore/$collection' });
  const navigate = useNavigate({ from: '/data-warehouse/explore/$collection' });
  const path = feedPath(table, search);
  return (
    <>
      <Panel title={t('explorer.request')}>
        <RequestBuilder
          key={JSON.stringify({ ...search, page: undefined })}
          table={table}
          search={search}
          onRun={(next) => void navigate({ search: next, resetScroll: false })}
        />
        <CopyField label={t('explorer.address')} text={`${location.origin}${readable(path)}`} />
        <nav className={styles.downloads} aria-label={t('explorer.downloads')}>
          {(Object.keys(FORMATS) as (keyof typeof FORMATS)[]).map((name) => (
            <Link key={name} href={downloadPath(path, name)} download={`${table.name}.${name}`}>
              {t('explorer.download', { format: FORMATS[name] })}
            </Link>
          ))}
          <Link href={`/api/warehouse/excel.odc?table=${table.name}`} download={`${table.name}.odc`}>
            {t('connect.odc')}
          </Link>
        </nav>
      </Panel>
      <Result
        path={path}
        filter={search.filter}
        by={search.by}
        top={search.top ?? DEFAULT_TOP}
        page={search.page ?? 1}
      />
      <ColumnDocs table={table} />
    </>
  );
}

interface ResultProps {
  path: string;
  filter: string | undefined;
  by: string | undefined;
  top: number;
  page: number;
}

function Result({ path, filter, by, top, page }: ResultProps) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: '/data-warehouse/explore/$collection' });
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery(feedQuery(path));
  const rows = data?.value ?? NO_ROWS;
  const names = useMemo(() => Object.keys(rows[0] ?? {}).filter((name) => !name.includes('@')), [rows]);
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
          <RowChart names={names} rows={by ? rows : NO_ROWS} />
          <RowTable names={names} rows={rows} loading={isFetching && isPlaceholderData} />
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
