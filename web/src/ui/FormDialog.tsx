/**
 * A form in a dialog: fields, one button that sends, and the server's sentence when it refused.
 */
import { Button } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DialogFrame } from './DialogFrame';

interface FormDialogProps {
  title: string;
  submit: string;
  busy: boolean;
  ready?: boolean;
  error: unknown;
  /** The form tells by itself what is wrong with its fields: see `useChecks`. */
  ownChecks?: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

export function FormDialog({
  title,
  submit,
  busy,
  ready = true,
  error,
  ownChecks = false,
  onSubmit,
  onClose,
  children,
}: FormDialogProps) {
  const { t } = useTranslation();
  return (
    <DialogFrame
      title={title}
      error={error}
      ownChecks={ownChecks}
      onSubmit={() => {
        if (ready && !busy) onSubmit();
      }}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" appearance="primary" disabled={!ready} disabledFocusable={busy}>
            {submit}
          </Button>
        </>
      }
    >
      {children}
    </DialogFrame>
  );
}

/** What is shown once, or told at the end: one button, and it is gone. */
export function ResultDialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <DialogFrame
      alert
      title={title}
      onClose={onClose}
      actions={
        <Button appearance="primary" onClick={onClose}>
          {t('action.done')}
        </Button>
      }
    >
      {children}
    </DialogFrame>
  );
}
