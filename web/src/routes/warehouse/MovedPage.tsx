/**
 * Why charts begin anew: where the warehouse has been recorded, and since when.
 */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { movesQuery } from '../../api/queries';
import type { WarehouseMove } from '../../api/types';
import { useLabels } from '../../i18n/labels';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { Page, PageHeader, Panel } from '../../ui/layout';
import { RouterLink } from '../../ui/links';
import { LoadingPanel } from '../../ui/Loading';
import { Problem } from '../../ui/Problem';
import { Time } from '../../ui/Time';

const NO_MOVES: WarehouseMove[] = [];

export function MovedPage() {
  const { t } = useTranslation();
  const labels = useLabels();
  const { data, error, refetch } = useQuery(movesQuery);
  const columns = useMemo<DataColumn<WarehouseMove>[]>(
    () => [
      {
        id: 'when',
        header: t('moved.when'),
        width: '30%',
        cell: (move) => <Time iso={move.movedDateTime} />,
      },
      { id: 'from', header: t('moved.from'), cell: (move) => labels.location(move.previousLocation) },
      { id: 'to', header: t('moved.to'), cell: (move) => labels.location(move.location) },
    ],
    [t, labels],
  );
  const back = <RouterLink to="/data-warehouse">{t('page.dataWarehouse')}</RouterLink>;
  return (
    <Page>
      <PageHeader title={t('page.moved')} above={back} intro={t('moved.why')} />
      {error && !data ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingPanel /> : null}
      {data ? (
        <Panel title={t('moved.title')}>
          <DataTable
            label={t('moved.title')}
            columns={columns}
            rows={data.value.length > 0 ? data.value : NO_MOVES}
            rowKey={(move) => move.movedDateTime}
            empty={t('moved.never')}
          />
        </Panel>
      ) : null}
    </Page>
  );
}
