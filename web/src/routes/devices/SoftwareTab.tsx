/**
 * Installed packages, searched and paged here: the whole list came with the inventory.
 */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { PAGE_SIZE } from '../../api/queries';
import type { Inventory, Package } from '../../api/types';
import { useFormats } from '../../i18n/format';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { Toolbar } from '../../ui/FilterSelect';
import { Panel, Unknown } from '../../ui/layout';
import { Pager } from '../../ui/Pager';
import { SearchField } from '../../ui/SearchField';

const NO_ROWS: Package[] = [];

/** Packages whose name or version contains the words, in the order of their names. */
export function matching(packages: Package[], q: string | undefined): Package[] {
  const wanted = q?.toLowerCase() ?? '';
  return packages
    .filter((item) => item.name.toLowerCase().includes(wanted) || item.version.toLowerCase().includes(wanted))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

export function SoftwareTab({ inventory }: { inventory: Inventory | undefined }) {
  const { t } = useTranslation();
  const search = useSearch({ from: '/app/devices/$id/$tab' });
  const navigate = useNavigate({ from: '/devices/$id/$tab' });
  const columns = useColumns();
  const packages = inventory?.sections.packages ?? NO_ROWS;
  const found = useMemo(() => matching(packages, search.q), [packages, search.q]);
  const page = search.page ?? 1;
  const rows = useMemo(() => found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE), [found, page]);
  return (
    <Panel title={t('software.title')}>
      <Toolbar>
        <SearchField
          label={t('software.search')}
          value={search.q}
          onSearch={(q) => void navigate({ search: () => ({ q }), replace: true })}
        />
      </Toolbar>
      <DataTable
        label={t('software.title')}
        columns={columns}
        rows={rows}
        rowKey={(item) => item.key}
        empty={search.q ? t('software.noneFound') : t('inventory.none')}
      />
      <Pager
        page={page}
        shown={rows.length}
        total={found.length}
        onPage={(next) =>
          void navigate({ search: (old) => ({ ...old, page: next === 1 ? undefined : next }) })
        }
      />
    </Panel>
  );
}

function useColumns(): DataColumn<Package>[] {
  const { t } = useTranslation();
  const format = useFormats();
  return useMemo(() => {
    const unknown = <Unknown label={t('value.unknown')} />;
    return [
      {
        id: 'name',
        header: t('software.name'),
        width: '40%',
        breakAnywhere: true,
        cell: (item) => item.name,
      },
      { id: 'version', header: t('software.version'), breakAnywhere: true, cell: (item) => item.version },
      { id: 'source', header: t('software.source'), width: '14%', cell: (item) => item.source || unknown },
      {
        id: 'size',
        header: t('software.size'),
        width: '14%',
        numeric: true,
        cell: (item) => (typeof item.sizeBytes === 'number' ? format.bytes(item.sizeBytes) : unknown),
      },
    ];
  }, [t, format]);
}
