/**
 * The device at a glance.
 */
import { makeStyles, ProgressBar, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { Inventory, ManagedDevice } from '../../api/types';
import { useFormats } from '../../i18n/format';
import { useLabels } from '../../i18n/labels';
import { Facts, Panel, type Fact } from '../../ui/layout';
import { ComplianceBadge } from '../../ui/StatusBadge';
import { Time } from '../../ui/Time';

const useStyles = makeStyles({
  storage: { display: 'grid', gap: tokens.spacingVerticalXS, maxWidth: '480px' },
});

interface OverviewTabProps {
  device: ManagedDevice;
  inventory: Inventory | undefined;
}

export function OverviewTab({ device, inventory }: OverviewTabProps) {
  const { t } = useTranslation();
  return (
    <>
      <Panel title={t('device.essentials')}>
        <Facts facts={useEssentials(device, inventory)} unknown={t('value.unknown')} />
      </Panel>
      <Storage device={device} />
      <Panel title={t('device.management')}>
        <Facts facts={useManagement(device, inventory)} unknown={t('value.unknown')} />
      </Panel>
    </>
  );
}

function useEssentials(device: ManagedDevice, inventory: Inventory | undefined): Fact[] {
  const { t } = useTranslation();
  const labels = useLabels();
  const system = inventory?.sections.operatingSystem;
  const systemName = system?.name ?? device.operatingSystem;
  return [
    { label: t('device.compliance'), value: <ComplianceBadge state={device.complianceState} /> },
    {
      label: t('device.primaryUser'),
      value: device.userDisplayName || device.userPrincipalName || t('device.noUser'),
    },
    { label: t('device.ownership'), value: labels.ownership(device.managedDeviceOwnerType) },
    { label: t('device.operatingSystem'), value: [systemName, device.osVersion].filter(Boolean).join(' ') },
    { label: t('device.manufacturer'), value: device.manufacturer },
    { label: t('device.model'), value: device.model },
    { label: t('device.serialNumber'), value: device.serialNumber },
    {
      label: t('device.encryption'),
      value: inventory?.sections.encryption
        ? labels.encryption(inventory.sections.encryption.state)
        : device.isEncrypted === null
          ? null
          : labels.encryption(device.isEncrypted ? 'encrypted' : 'notEncrypted'),
    },
    { label: t('device.loggedOnUsers'), value: <LoggedOn inventory={inventory} /> },
  ];
}

function LoggedOn({ inventory }: { inventory: Inventory | undefined }) {
  const { t } = useTranslation();
  const format = useFormats();
  const users = inventory?.sections.loggedOnUsers;
  if (!users) return t('value.unknown');
  if (users.length === 0) return t('device.nobody');
  return format.list([...new Set(users.map((user) => user.name))]);
}

function useManagement(device: ManagedDevice, inventory: Inventory | undefined): Fact[] {
  const { t } = useTranslation();
  const labels = useLabels();
  return [
    { label: t('device.lastCheckIn'), value: <Time iso={device.lastSyncDateTime} /> },
    { label: t('device.inventoryCollected'), value: <Time iso={inventory?.collectedAt} /> },
    { label: t('device.enrolled'), value: <Time iso={device.enrolledDateTime} /> },
    {
      label: t('device.certificateExpires'),
      value: <Time iso={device.managementCertificateExpirationDate} />,
    },
    { label: t('device.managementAgent'), value: labels.managementAgent(device.managementAgent) },
    { label: t('device.enrollmentType'), value: labels.enrollmentType(device.deviceEnrollmentType) },
    {
      label: t('device.directoryRegistered'),
      value:
        device.azureADRegistered === null ? null : device.azureADRegistered ? t('value.yes') : t('value.no'),
    },
    { label: t('device.id'), value: device.id },
  ];
}

function Storage({ device }: { device: ManagedDevice }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const { totalStorageSpaceInBytes: total, freeStorageSpaceInBytes: free } = device;
  if (!total || free === null) return null;
  const sentence = t('device.storageFree', { free: format.bytes(free), total: format.bytes(total) });
  const used = Math.min(1, Math.max(0, 1 - free / total));
  return (
    <Panel title={t('device.storage')}>
      <div className={styles.storage}>
        <span>{sentence}</span>
        <ProgressBar
          value={used}
          thickness="large"
          color={used > 0.9 ? 'warning' : 'brand'}
          aria-label={sentence}
        />
      </div>
    </Panel>
  );
}
