/**
 * What happened at each synchronisation.
 */
import { Badge, type BadgeProps } from '@fluentui/react-components';
import { ArrowSyncRegular, CheckmarkCircleRegular, ErrorCircleRegular } from '@fluentui/react-icons';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { SyncRun } from '../../api/connectors';
import { useLabels } from '../../i18n/labels';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { When } from '../../ui/When';

const LOOKS: Record<string, Pick<BadgeProps, 'color' | 'icon'>> = {
  succeeded: { color: 'success', icon: <CheckmarkCircleRegular /> },
  failed: { color: 'danger', icon: <ErrorCircleRegular /> },
  running: { color: 'brand', icon: <ArrowSyncRegular /> },
};

export function Runs({ runs }: { runs: SyncRun[] }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const columns = useMemo<DataColumn<SyncRun>[]>(
    () => [
      {
        id: 'started',
        header: t('connectors.started'),
        width: '26%',
        cell: (row) => <When iso={row.startedDateTime} />,
      },
      {
        id: 'outcome',
        header: t('connectors.outcome'),
        width: '20%',
        cell: (row) => (
          <Badge appearance="tint" {...LOOKS[row.outcome]}>
            {labels.runOutcome(row.outcome)}
          </Badge>
        ),
      },
      {
        id: 'message',
        header: t('connectors.message'),
        cell: (row) => row.message || t('connectors.noMessage'),
      },
    ],
    [t, labels],
  );
  return (
    <DataTable
      label={t('connectors.runs')}
      columns={columns}
      rows={runs}
      rowKey={(row) => row.id}
      empty={t('connectors.noRuns')}
    />
  );
}
