/**
 * All devices: search, filters, order and page are in the address; the server does the work.
 */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular, FilterDismissRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { devicesQuery } from '../../api/queries';
import type { ManagedDevice } from '../../api/types';
import { useLabels } from '../../i18n/labels';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { FilterSelect, Toolbar } from '../../ui/FilterSelect';
import { DialogButton } from '../../ui/DialogButton';
import { Page, PageHeader, Panel, Unknown } from '../../ui/layout';
import { RouterLink } from '../../ui/links';
import { Pager } from '../../ui/Pager';
import { Problem } from '../../ui/Problem';
import { SearchField } from '../../ui/SearchField';
import { ComplianceBadge, SimulatedBadge } from '../../ui/StatusBadge';
import { Time } from '../../ui/Time';
import { EnrollDialog } from './EnrollDialog';

const SYSTEMS = ['Windows', 'macOS', 'iOS', 'Android', 'Linux'];
const COMPLIANCE = ['compliant', 'noncompliant', 'inGracePeriod', 'conflict', 'error', 'unknown'];
const OWNERSHIP = ['company', 'personal', 'unknown'];
const NO_ROWS: ManagedDevice[] = [];

const useStyles = makeStyles({
  name: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  strong: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
});

export function DevicesPage() {
  const { t } = useTranslation();
  const [enrolling, setEnrolling] = useState(false);
  return (
    <Page>
      <PageHeader
        title={t('devices.all')}
        intro={t('devices.intro')}
        actions={
          <DialogButton appearance="primary" icon={<AddRegular />} onClick={() => setEnrolling(true)}>
            {t('enroll.action')}
          </DialogButton>
        }
      />
      <DeviceList />
      {enrolling ? <EnrollDialog onClose={() => setEnrolling(false)} /> : null}
    </Page>
  );
}

function useColumns(): DataColumn<ManagedDevice>[] {
  const { t } = useTranslation();
  const labels = useLabels();
  const styles = useStyles();
  return useMemo(
    () => [
      {
        id: 'deviceName',
        header: t('device.name'),
        width: '24%',
        sortable: true,
        cell: (device) => (
          <span className={styles.name}>
            <RouterLink
              to="/devices/$id/$tab"
              params={{ id: device.id, tab: 'overview' }}
              className={styles.strong}
            >
              {device.deviceName}
            </RouterLink>
            {device.isSimulated ? <SimulatedBadge /> : null}
          </span>
        ),
      },
      {
        id: 'operatingSystem',
        header: t('device.operatingSystem'),
        sortable: true,
        cell: (device) =>
          [device.operatingSystem, device.osVersion].filter(Boolean).join(' ') || (
            <Unknown label={t('value.unknown')} />
          ),
      },
      {
        id: 'complianceState',
        header: t('device.compliance'),
        sortable: true,
        cell: (device) => <ComplianceBadge state={device.complianceState} />,
      },
      {
        id: 'managedDeviceOwnerType',
        header: t('device.ownership'),
        width: '12%',
        sortable: true,
        cell: (device) => labels.ownership(device.managedDeviceOwnerType),
      },
      {
        id: 'userPrincipalName',
        header: t('device.primaryUser'),
        sortable: true,
        breakAnywhere: true,
        cell: (device) =>
          device.userDisplayName || device.userPrincipalName || <Unknown label={t('device.noUser')} />,
      },
      {
        id: 'lastSyncDateTime',
        header: t('device.lastCheckIn'),
        width: '14%',
        sortable: true,
        cell: (device) => <Time iso={device.lastSyncDateTime} relative />,
      },
    ],
    [t, labels, styles],
  );
}

function DeviceList() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/app/devices' });
  const navigate = useNavigate({ from: '/devices' });
  const sort = search.sort ?? 'deviceName';
  const page = search.page ?? 1;
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery(
    devicesQuery({ ...search, sort, page }),
  );
  const columns = useColumns();
  const filtered = Boolean(search.q || search.os || search.compliance || search.ownership || search.kind);

  if (error && !data) return <Problem error={error} onRetry={() => void refetch()} />;
  const rows = data?.value ?? NO_ROWS;
  return (
    <Panel>
      <Filters filtered={filtered} />
      <DataTable
        label={t('devices.all')}
        columns={columns}
        rows={rows}
        rowKey={(device) => device.id}
        sort={sort}
        onSort={(next) =>
          void navigate({
            search: (old) => ({ ...old, sort: next === 'deviceName' ? undefined : next, page: undefined }),
          })
        }
        loading={isFetching && (data === undefined || isPlaceholderData)}
        empty={filtered ? t('devices.noneFound') : t('devices.none')}
        minWidth="860px"
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

function Filters({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const search = useSearch({ from: '/app/devices' });
  const navigate = useNavigate({ from: '/devices' });
  type Name = 'os' | 'compliance' | 'ownership' | 'kind';
  const set = (name: Name) => (value: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, [name]: value, page: undefined }) });
  return (
    <Toolbar>
      <SearchField
        label={t('devices.search')}
        value={search.q}
        onSearch={(q) => void navigate({ search: (old) => ({ ...old, q, page: undefined }), replace: true })}
      />
      <FilterSelect
        label={t('device.operatingSystem')}
        all={t('devices.anySystem')}
        value={search.os}
        options={SYSTEMS.map((value) => ({ value, label: value }))}
        onChange={set('os')}
      />
      <FilterSelect
        label={t('device.compliance')}
        all={t('devices.anyCompliance')}
        value={search.compliance}
        options={COMPLIANCE.map((value) => ({ value, label: labels.compliance(value) }))}
        onChange={set('compliance')}
      />
      <FilterSelect
        label={t('device.ownership')}
        all={t('devices.anyOwnership')}
        value={search.ownership}
        options={OWNERSHIP.map((value) => ({ value, label: labels.ownership(value) }))}
        onChange={set('ownership')}
      />
      <FilterSelect
        label={t('devices.kind')}
        all={t('devices.anyKind')}
        value={search.kind}
        options={[
          { value: 'real', label: t('devices.realOnly') },
          { value: 'simulated', label: t('devices.simulatedOnly') },
        ]}
        onChange={set('kind')}
      />
      {filtered ? (
        <Button
          appearance="subtle"
          icon={<FilterDismissRegular />}
          onClick={() => void navigate({ search: (old) => ({ sort: old.sort }) })}
        >
          {t('devices.clearFilters')}
        </Button>
      ) : null}
    </Toolbar>
  );
}
