/**
 * The frame around every signed-in page: skip link, header, navigation, main.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import { CatchBoundary, Outlet, useRouter, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Page, PageHeader } from '../ui/layout';
import { Problem } from '../ui/Problem';
import { Header } from './Header';
import { Navigation } from './Navigation';

const NavigationDrawer = lazy(async () => ({
  default: (await import('./NavigationDrawer')).NavigationDrawer,
}));

const NARROW = '@media (max-width: 960px)';

const useStyles = makeStyles({
  shell: {
    display: 'grid',
    gridTemplateColumns: '248px minmax(0, 1fr)',
    gridTemplateRows: 'auto 1fr',
    minHeight: '100vh',
    [NARROW]: { gridTemplateColumns: 'minmax(0, 1fr)' },
    '@media print': { display: 'block' },
  },
  skip: {
    position: 'absolute',
    left: '-9999px',
    zIndex: 10,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorBrandForegroundLink,
    ':focus': { left: tokens.spacingHorizontalS, top: tokens.spacingVerticalS },
  },
  side: {
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    [NARROW]: { display: 'none' },
    '@media print': { display: 'none' },
  },
  sticky: { position: 'sticky', top: '56px' },
  main: {
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalXXXL} 48px`,
    minWidth: 0,
    outlineStyle: 'none',
    '@media (max-width: 640px)': { padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalL} 48px` },
    '@media print': { padding: 0 },
  },
});

/** A page that comes into view takes the focus by its title, as a freshly loaded document would. */
function useFocusOnNavigation(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
        const onTab = document.activeElement?.matches('[role=tab], [data-tab]');
        if (!fromLocation || !pathChanged || onTab) return;
        document.querySelector<HTMLElement>('[data-page-title]')?.focus({ preventScroll: true });
      }),
    [router],
  );
}

export function Shell() {
  const styles = useStyles();
  const { t } = useTranslation();
  const main = useRef<HTMLElement>(null);
  // The drawer belongs to the page it was opened on: going to another one closes it. Null until first opened.
  const [drawerOn, setDrawerOn] = useState<string | null>(null);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  useFocusOnNavigation();

  return (
    <div className={styles.shell}>
      <a
        className={styles.skip}
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t('shell.skip')}
      </a>
      <Header onMenu={() => setDrawerOn(pathname)} />
      <div className={styles.side}>
        <div className={styles.sticky}>
          <Navigation />
        </div>
      </div>
      {drawerOn === null ? null : (
        <Suspense fallback={null}>
          <NavigationDrawer open={drawerOn === pathname} onClose={() => setDrawerOn('')} />
        </Suspense>
      )}
      <main id="main" ref={main} tabIndex={-1} className={styles.main}>
        <CatchBoundary getResetKey={() => pathname} errorComponent={PageProblem}>
          <Outlet />
        </CatchBoundary>
      </main>
    </div>
  );
}

function PageProblem({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useTranslation();
  return (
    <Page>
      <PageHeader title={t('problem.page')} />
      <Problem error={error} onRetry={reset} />
    </Page>
  );
}
