/**
 * Asks before something that cannot be taken back, and stays open with the reason when it failed.
 */
import { Button } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DialogFrame } from './DialogFrame';

interface ConfirmDialogProps {
  open: boolean;
  title: string;
  children: ReactNode;
  confirm: string;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

export function ConfirmDialog({
  open,
  title,
  children,
  confirm,
  busy,
  error,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const { t } = useTranslation();
  return (
    <DialogFrame
      alert
      open={open}
      title={title}
      error={error}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose} disabledFocusable={busy}>
            {t('action.cancel')}
          </Button>
          <Button appearance="primary" onClick={onConfirm} disabledFocusable={busy}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
    </DialogFrame>
  );
}
