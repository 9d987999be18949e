/**
 * Fluent's theme around everything, with the toaster that pages speak through.
 */
import {
  FluentProvider,
  makeStyles,
  Toaster,
  tokens,
  webDarkTheme,
  webLightTheme,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { usePreferences } from './preferences';

export const TOASTER = 'messages';

const useStyles = makeStyles({
  canvas: { minHeight: '100vh', backgroundColor: tokens.colorNeutralBackground2 },
});

export function ThemedRoot({ children }: { children: ReactNode }) {
  const { dark } = usePreferences();
  const styles = useStyles();
  // The provider's own class is copied to every menu, dialog and toast: the canvas is an element of its own.
  return (
    <FluentProvider theme={dark ? webDarkTheme : webLightTheme}>
      <div className={styles.canvas}>{children}</div>
      <Toaster toasterId={TOASTER} position="bottom-end" />
    </FluentProvider>
  );
}
