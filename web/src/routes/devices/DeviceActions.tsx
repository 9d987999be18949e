/**
 * What an administrator can do to a device: ask it to check in now, or retire it.
 */
import { ArrowSyncRegular, DeleteRegular } from '@fluentui/react-icons';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ManagedDevice } from '../../api/types';
import { useChange } from '../../app/session';
import { useNotice } from '../../app/notices';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DialogButton } from '../../ui/DialogButton';

export function DeviceActions({ device }: { device: ManagedDevice }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<'sync' | 'retire' | null>(null);
  return (
    <>
      <DialogButton icon={<ArrowSyncRegular />} onClick={() => setAsking('sync')}>
        {t('device.sync')}
      </DialogButton>
      <DialogButton icon={<DeleteRegular />} onClick={() => setAsking('retire')}>
        {t('device.retire')}
      </DialogButton>
      <SyncDialog device={device} open={asking === 'sync'} onClose={() => setAsking(null)} />
      <RetireDialog device={device} open={asking === 'retire'} onClose={() => setAsking(null)} />
    </>
  );
}

interface ActionDialogProps {
  device: ManagedDevice;
  open: boolean;
  onClose: () => void;
}

function SyncDialog({ device, open, onClose }: ActionDialogProps) {
  const { t } = useTranslation();
  const say = useNotice();
  const sync = useChange<{ delivered: boolean }>([['device', device.id]]);
  const close = () => {
    sync.reset();
    onClose();
  };
  const confirm = () =>
    sync.mutate(
      { path: `/api/devices/${encodeURIComponent(device.id)}/sync`, body: {} },
      {
        onSuccess: (answer) => {
          say(answer?.delivered ? t('device.syncDelivered') : t('device.syncWaiting'));
          close();
        },
      },
    );
  return (
    <ConfirmDialog
      open={open}
      title={t('device.syncTitle', { name: device.deviceName })}
      confirm={t('device.sync')}
      busy={sync.isPending}
      error={sync.error}
      onConfirm={confirm}
      onClose={close}
    >
      {t('device.syncText')}
    </ConfirmDialog>
  );
}

function RetireDialog({ device, open, onClose }: ActionDialogProps) {
  const { t } = useTranslation();
  const say = useNotice();
  const navigate = useNavigate();
  const retire = useChange([['devices'], ['tenantStatus']]);
  const close = () => {
    retire.reset();
    onClose();
  };
  const confirm = () =>
    retire.mutate(
      { path: `/api/devices/${encodeURIComponent(device.id)}/retire`, body: {} },
      {
        onSuccess: () => {
          say(t('device.retired', { name: device.deviceName }));
          void navigate({ to: '/devices' });
        },
      },
    );
  return (
    <ConfirmDialog
      open={open}
      title={t('device.retireTitle', { name: device.deviceName })}
      confirm={t('device.retire')}
      busy={retire.isPending}
      error={retire.error}
      onConfirm={confirm}
      onClose={close}
    >
      {t('device.retireText')}
    </ConfirmDialog>
  );
}
