/**
 * Fluent's theme around everything, with the corner that notices appear in.
 */
import { FluentProvider, makeStyles, tokens, webDarkTheme, webLightTheme } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { NoticesProvider } from './notices';
import { usePreferences } from './preferences';

const useStyles = makeStyles({
  canvas: { minHeight: '100vh', backgroundColor: tokens.colorNeutralBackground2 },
});

export function ThemedRoot({ children }: { children: ReactNode }) {
  const { dark } = usePreferences();
  const styles = useStyles();
  // The provider's own class is copied to every menu and dialog: the canvas is an element of its own.
  return (
    <FluentProvider theme={dark ? webDarkTheme : webLightTheme}>
      <NoticesProvider>
        <div className={styles.canvas}>{children}</div>
      </NoticesProvider>
    </FluentProvider>
  );
}
