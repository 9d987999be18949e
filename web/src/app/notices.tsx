/**
 * Says in a corner that something was done, and to screen readers as a status. Goes by itself; never takes
 * the focus and never lies over anything that could be clicked.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import { CheckmarkCircleFilled } from '@fluentui/react-icons';
import { createContext, useCallback, useContext, useEffect, useState, type ReactNode } from 'react';

const SHOWN_MS = 6000;

const useStyles = makeStyles({
  corner: {
    position: 'fixed',
    right: tokens.spacingHorizontalXL,
    bottom: tokens.spacingVerticalXL,
    maxWidth: 'calc(100vw - 40px)',
    zIndex: 1_000_001,
    pointerEvents: 'none',
    '@media print': { display: 'none' },
  },
  notice: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    border: `1px solid ${tokens.colorTransparentStroke}`,
    borderRadius: tokens.borderRadiusMedium,
    boxShadow: tokens.shadow16,
    fontWeight: tokens.fontWeightSemibold,
    overflowWrap: 'anywhere',
  },
  icon: { color: tokens.colorStatusSuccessForeground1, fontSize: '20px', flexShrink: 0 },
});

const Context = createContext<((text: string) => void) | null>(null);

interface Notice {
  text: string;
  /** A notice with the same words shows anew. */
  number: number;
}

export function NoticesProvider({ children }: { children: ReactNode }) {
  const styles = useStyles();
  const [notice, setNotice] = useState<Notice | null>(null);
  const say = useCallback((text: string) => {
    setNotice((last) => ({ text, number: (last?.number ?? 0) + 1 }));
  }, []);
  useEffect(() => {
    if (!notice) return undefined;
    const timer = setTimeout(() => setNotice(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <Context.Provider value={say}>
      {children}
      <div className={styles.corner} role="status">
        {notice ? (
          <div key={notice.number} className={styles.notice}>
            <CheckmarkCircleFilled className={styles.icon} aria-hidden />
            {notice.text}
          </div>
        ) : null}
      </div>
    </Context.Provider>
  );
}

export function useNotice(): (text: string) => void {
  const say = useContext(Context);
  if (!say) throw new Error('useNotice needs a NoticesProvider around it');
  return say;
}
