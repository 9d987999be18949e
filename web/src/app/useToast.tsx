/**
 * Says in a corner that something was done.
 */
import { Toast, ToastTitle, useToastController } from '@fluentui/react-components';
import { useCallback } from 'react';
import { TOASTER } from './ThemedRoot';

export function useToast(): (text: string) => void {
  const { dispatchToast } = useToastController(TOASTER);
  return useCallback(
    (text) =>
      dispatchToast(
        <Toast>
          <ToastTitle>{text}</ToastTitle>
        </Toast>,
        { intent: 'success', timeout: 6000 },
      ),
    [dispatchToast],
  );
}
