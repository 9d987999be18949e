/**
 * A list whose entries open in place: a button for each, and what it tells below it.
 */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ChevronDownRegular, ChevronRightRegular } from '@fluentui/react-icons';
import { useId, type ReactNode } from 'react';

const useStyles = makeStyles({
  list: { listStyleType: 'none', margin: 0, padding: 0 },
  entry: {
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    ':first-child': { borderTopStyle: 'none' },
    breakInside: 'avoid',
  },
  heading: { margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightRegular },
  button: {
    display: 'grid',
    gridTemplateColumns: '20px minmax(0, 1fr)',
    columnGap: tokens.spacingHorizontalS,
    alignItems: 'start',
    width: '100%',
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalXS}`,
    border: 'none',
    background: 'none',
    color: tokens.colorNeutralForeground1,
    font: 'inherit',
    lineHeight: tokens.lineHeightBase300,
    textAlign: 'left',
    cursor: 'pointer',
    borderRadius: tokens.borderRadiusMedium,
    ':hover': { backgroundColor: tokens.colorSubtleBackgroundHover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  sign: { fontSize: '16px', paddingTop: '2px', display: 'flex', color: tokens.colorNeutralForeground3 },
  content: {
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalXS} ${tokens.spacingVerticalL}`,
    paddingLeft: '32px',
    minWidth: 0,
    '@media (max-width: 480px)': { paddingLeft: tokens.spacingHorizontalXS },
  },
});

export interface Disclosure {
  id: string;
  head: ReactNode;
}

interface DisclosuresProps<T extends Disclosure> {
  entries: T[];
  open: string | undefined;
  /** The entry that was chosen; undefined when the open one was closed. */
  onOpen: (id: string | undefined) => void;
  children: (entry: T) => ReactNode;
  className?: string;
}

export function Disclosures<T extends Disclosure>({
  entries,
  open,
  onOpen,
  children,
  className,
}: DisclosuresProps<T>) {
  const styles = useStyles();
  const base = useId();
  return (
    <ul className={mergeClasses(styles.list, className)}>
      {entries.map((entry) => {
        const isOpen = entry.id === open;
        const panel = `${base}-${entry.id}`;
        return (
          <li key={entry.id} className={styles.entry}>
            <h3 className={styles.heading}>
              <button
                type="button"
                className={styles.button}
                aria-expanded={isOpen}
                aria-controls={isOpen ? panel : undefined}
                onClick={() => onOpen(isOpen ? undefined : entry.id)}
              >
                <span className={styles.sign} aria-hidden>
                  {isOpen ? <ChevronDownRegular /> : <ChevronRightRegular />}
                </span>
                <span>{entry.head}</span>
              </button>
            </h3>
            {isOpen ? (
              <div id={panel} className={styles.content}>
                {children(entry)}
              </div>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}
