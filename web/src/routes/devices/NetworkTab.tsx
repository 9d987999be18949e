/**
 * Network interfaces and their addresses.
 */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Inventory, NetworkInterface } from '../../api/types';
import { useLabels } from '../../i18n/labels';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { Panel, Unknown } from '../../ui/layout';

const NO_ROWS: NetworkInterface[] = [];

export function NetworkTab({ inventory }: { inventory: Inventory | undefined }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const columns = useMemo<DataColumn<NetworkInterface>[]>(() => {
    const unknown = <Unknown label={t('value.unknown')} />;
    return [
      { id: 'name', header: t('network.name'), width: '20%', breakAnywhere: true, cell: (item) => item.name },
      {
        id: 'kind',
        header: t('network.kind'),
        width: '18%',
        cell: (item) => labels.interfaceKind(item.kind),
      },
      {
        id: 'mac',
        header: t('network.mac'),
        width: '24%',
        breakAnywhere: true,
        cell: (item) => item.macAddress || unknown,
      },
      {
        id: 'addresses',
        header: t('network.addresses'),
        breakAnywhere: true,
        cell: (item) =>
          item.addresses && item.addresses.length > 0 ? (
            <span>
              {item.addresses.map((address) => (
                <div key={address}>{address}</div>
              ))}
            </span>
          ) : (
            unknown
          ),
      },
    ];
  }, [t, labels]);
  return (
    <Panel title={t('network.title')}>
      <DataTable
        label={t('network.title')}
        columns={columns}
        rows={inventory?.sections.interfaces ?? NO_ROWS}
        rowKey={(item) => item.key}
        empty={t('inventory.none')}
      />
    </Panel>
  );
}
