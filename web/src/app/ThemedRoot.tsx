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
  root: { minHeight: '100vh', backgroundColor: tokens.colorNeutralBackground2 },
});

export function ThemedRoot({ children }: { children: ReactNode }) {
  const { dark } = usePreferences();
  return (
    <FluentProvider theme={dark ? webDarkTheme : webLightTheme} className={useStyles().root}>
      {children}
      <Toaster toasterId={TOASTER} position="bottom-end" />
    </FluentProvider>
  );
}
