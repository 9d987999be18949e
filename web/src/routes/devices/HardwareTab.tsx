/**
 * Processor, memory and disks, as the device reported them.
 */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Disk, Inventory, ManagedDevice } from '../../api/types';
import { useFormats } from '../../i18n/format';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { Facts, Panel, Unknown } from '../../ui/layout';

const NO_ROWS: Disk[] = [];

interface HardwareTabProps {
  device: ManagedDevice;
  inventory: Inventory | undefined;
}

export function HardwareTab({ device, inventory }: HardwareTabProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const hardware = inventory?.sections.hardware;
  const identity = inventory?.sections.identity;
  const system = inventory?.sections.operatingSystem;
  const number = (value: number | null | undefined) => (value ? format.number(value) : null);
  const memory = hardware?.memoryTotalBytes ?? hardware?.physicalMemoryBytes ?? device.physicalMemoryInBytes;
  return (
    <>
      <Panel title={t('hardware.machine')}>
        <Facts
          unknown={t('value.unknown')}
          facts={[
            { label: t('device.manufacturer'), value: identity?.manufacturer ?? device.manufacturer },
            { label: t('device.model'), value: identity?.model ?? device.model },
            { label: t('device.serialNumber'), value: identity?.serialNumber ?? device.serialNumber },
            { label: t('hardware.chassis'), value: identity?.chassisType },
            { label: t('hardware.processor'), value: hardware?.cpuModel },
            { label: t('hardware.cores'), value: number(hardware?.cpuCores) },
            { label: t('hardware.logical'), value: number(hardware?.cpuCount) },
            { label: t('hardware.memory'), value: memory ? format.bytes(memory) : null },
            { label: t('hardware.architecture'), value: system?.architecture },
            { label: t('hardware.kernel'), value: system?.kernel },
          ]}
        />
      </Panel>
      <Panel title={t('hardware.disks')}>
        <DataTable
          label={t('hardware.disks')}
          columns={useDiskColumns()}
          rows={inventory?.sections.disks ?? NO_ROWS}
          rowKey={(disk) => disk.key}
          empty={t('inventory.none')}
        />
      </Panel>
    </>
  );
}

function useDiskColumns(): DataColumn<Disk>[] {
  const { t } = useTranslation();
  const format = useFormats();
  return useMemo(() => {
    const unknown = <Unknown label={t('value.unknown')} />;
    const size = (value: number | null | undefined) =>
      typeof value === 'number' ? format.bytes(value) : unknown;
    return [
      { id: 'mount', header: t('hardware.mountPoint'), breakAnywhere: true, cell: (disk) => disk.mountPoint },
      {
        id: 'device',
        header: t('hardware.device'),
        breakAnywhere: true,
        cell: (disk) => disk.device || unknown,
      },
      { id: 'fs', header: t('hardware.fileSystem'), cell: (disk) => disk.fileSystem || unknown },
      { id: 'total', header: t('hardware.total'), numeric: true, cell: (disk) => size(disk.totalBytes) },
      { id: 'free', header: t('hardware.free'), numeric: true, cell: (disk) => size(disk.freeBytes) },
      {
        id: 'encrypted',
        header: t('hardware.encrypted'),
        cell: (disk) =>
          typeof disk.encrypted === 'boolean' ? (disk.encrypted ? t('value.yes') : t('value.no')) : unknown,
      },
    ];
  }, [t, format]);
}
