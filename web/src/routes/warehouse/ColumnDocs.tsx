/**
 * What each column of a table means.
 */
import { Badge, makeStyles, tokens } from '@fluentui/react-components';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { WarehouseColumn, WarehouseTable } from '../../api/types';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { Panel } from '../../ui/layout';

const useStyles = makeStyles({
  code: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
});

export function ColumnDocs({ table }: { table: WarehouseTable }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const columns = useMemo<DataColumn<WarehouseColumn>[]>(
    () => [
      {
        id: 'name',
        header: t('explorer.column'),
        width: '26%',
        cell: (column) => <code className={styles.code}>{column.name}</code>,
      },
      {
        id: 'type',
        header: t('explorer.type'),
        width: '18%',
        cell: (column) => (
          <code className={styles.code}>{column.nullable ? `${column.type}?` : column.type}</code>
        ),
      },
      {
        id: 'personal',
        header: t('explorer.personal'),
        width: '14%',
        cell: (column) =>
          column.personal && column.personal !== 'none' ? (
            <Badge appearance="tint" color="warning">
              {t('explorer.personalYes')}
            </Badge>
          ) : (
            t('value.no')
          ),
      },
      { id: 'doc', header: t('explorer.meaning'), cell: (column) => <span lang="en">{column.doc}</span> },
    ],
    [t, styles],
  );
  return (
    <Panel title={t('explorer.columnDocs')}>
      <DataTable
        label={t('explorer.columnDocs')}
        columns={columns}
        rows={table.columns}
        rowKey={(column) => column.name}
        empty={t('inventory.none')}
      />
    </Panel>
  );
}
