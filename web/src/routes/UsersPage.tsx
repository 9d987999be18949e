/**
 * The people of the tenant.
 */
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { usersQuery } from '../api/queries';
import type { User } from '../api/types';
import { useFormats } from '../i18n/format';
import { DataTable, type DataColumn } from '../ui/DataTable';
import { Toolbar } from '../ui/FilterSelect';
import { Page, PageHeader, Panel, Unknown } from '../ui/layout';
import { Pager } from '../ui/Pager';
import { Problem } from '../ui/Problem';
import { SearchField } from '../ui/SearchField';
import { EnabledBadge } from '../ui/StatusBadge';

const NO_ROWS: User[] = [];

export function UsersPage() {
  const { t } = useTranslation();
  return (
    <Page>
      <PageHeader title={t('page.users')} intro={t('users.intro')} />
      <UserList />
    </Page>
  );
}

function UserList() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/app/users' });
  const navigate = useNavigate({ from: '/users' });
  const page = search.page ?? 1;
  const sort = search.sort ?? 'displayName';
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery(
    usersQuery({ q: search.q, page, sort }),
  );
  const columns = useColumns();
  if (error && !data) return <Problem error={error} onRetry={() => void refetch()} />;
  const rows = data?.value ?? NO_ROWS;
  return (
    <Panel>
      <Toolbar>
        <SearchField
          label={t('users.search')}
          value={search.q}
          onSearch={(q) =>
            void navigate({ search: (old) => ({ ...old, q, page: undefined }), replace: true })
          }
        />
      </Toolbar>
      <DataTable
        label={t('page.users')}
        columns={columns}
        rows={rows}
        rowKey={(user) => user.id}
        sort={sort}
        onSort={(next) =>
          void navigate({
            search: (old) => ({ ...old, sort: next === 'displayName' ? undefined : next, page: undefined }),
          })
        }
        loading={isFetching && (data === undefined || isPlaceholderData)}
        empty={search.q ? t('users.noneFound') : t('users.none')}
      />
      {data ? (
        <Pager
          page={page}
          shown={rows.length}
          total={data['@odata.count']}
          onPage={(next) =>
            void navigate({ search: (old) => ({ ...old, page: next === 1 ? undefined : next }) })
          }
        />
      ) : null}
    </Panel>
  );
}

function useColumns(): DataColumn<User>[] {
  const { t } = useTranslation();
  const format = useFormats();
  return useMemo(
    () => [
      {
        id: 'displayName',
        header: t('users.name'),
        sortable: true,
        cell: (user) => user.displayName || user.userPrincipalName,
      },
      {
        id: 'userPrincipalName',
        header: t('users.upn'),
        sortable: true,
        breakAnywhere: true,
        width: '34%',
        cell: (user) => user.userPrincipalName,
      },
      {
        id: 'accountEnabled',
        header: t('users.account'),
        cell: (user) => <EnabledBadge enabled={user.accountEnabled} />,
      },
      {
        id: 'licenses',
        header: t('users.licenses'),
        numeric: true,
        width: '16%',
        cell: (user) =>
          user.assignedLicenses ? (
            format.number(user.assignedLicenses.length)
          ) : (
            <Unknown label={t('value.unknown')} />
          ),
      },
    ],
    [t, format],
  );
}
