/**
 * One device: its name, what can be done to it, and its tabs.
 */
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { isStatus } from '../../api/client';
import { deviceQuery, inventoryQuery } from '../../api/queries';
import type { ManagedDevice } from '../../api/types';
import { DEVICE_TABS, type DeviceTab } from '../../app/search';
import { NotFound } from '../../app/screens';
import { Page, PageHeader } from '../../ui/layout';
import { RouterLink } from '../../ui/links';
import { LoadingPanel } from '../../ui/Loading';
import { PageTabs } from '../../ui/PageTabs';
import { Problem } from '../../ui/Problem';
import { SimulatedBadge } from '../../ui/StatusBadge';
import { DeviceActions } from './DeviceActions';
import { HardwareTab } from './HardwareTab';
import { NetworkTab } from './NetworkTab';
import { OverviewTab } from './OverviewTab';
import { SoftwareTab } from './SoftwareTab';

export function DevicePage() {
  const { t } = useTranslation();
  const { id, tab } = useParams({ from: '/app/devices/$id/$tab' });
  const device = useQuery(deviceQuery(id));
  const known = DEVICE_TABS.find((name) => name === tab);

  if (isStatus(device.error, 404) || isStatus(device.error, 400)) {
    return <NotFound title={t('device.notFound.title')} text={t('device.notFound.text')} />;
  }
  if (!known) return <NotFound title={t('notFound.title')} text={t('notFound.text')} />;
  if (device.error && !device.data) {
    return (
      <Page>
        <PageHeader title={t('device.title')} above={<BackLink />} />
        <Problem error={device.error} onRetry={() => void device.refetch()} />
      </Page>
    );
  }
  if (!device.data) {
    return (
      <Page>
        <PageHeader title={t('device.title')} above={<BackLink />} />
        <LoadingPanel />
      </Page>
    );
  }
  return <Loaded device={device.data} tab={known} />;
}

function BackLink() {
  const { t } = useTranslation();
  return <RouterLink to="/devices">{t('devices.all')}</RouterLink>;
}

function Loaded({ device, tab }: { device: ManagedDevice; tab: DeviceTab }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <Page>
      <PageHeader
        title={device.deviceName}
        above={<BackLink />}
        badge={device.isSimulated ? <SimulatedBadge /> : null}
        intro={device.isSimulated ? t('device.simulatedNote') : undefined}
        actions={<DeviceActions device={device} />}
      />
      <PageTabs
        label={t('device.tabs')}
        tabs={DEVICE_TABS.map((value) => ({ value, label: t(`device.tab.${value}`) }))}
        selected={tab}
        onSelect={(next) => void navigate({ to: '/devices/$id/$tab', params: { id: device.id, tab: next } })}
      >
        <TabContent device={device} tab={tab} />
      </PageTabs>
    </Page>
  );
}

function TabContent({ device, tab }: { device: ManagedDevice; tab: DeviceTab }) {
  const inventory = useQuery(inventoryQuery(device.id));
  const missing = isStatus(inventory.error, 404);
  if (inventory.error && !missing && tab !== 'overview') {
    return <Problem error={inventory.error} onRetry={() => void inventory.refetch()} />;
  }
  if (inventory.isPending && tab !== 'overview') return <LoadingPanel />;
  switch (tab) {
    case 'overview':
      return <OverviewTab device={device} inventory={inventory.data} />;
    case 'hardware':
      return <HardwareTab device={device} inventory={inventory.data} />;
    case 'software':
      return <SoftwareTab inventory={inventory.data} />;
    case 'network':
      return <NetworkTab inventory={inventory.data} />;
  }
}
