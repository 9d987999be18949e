/**
 * The building blocks of a page: its header with title, panels, facts, and the width they share.
 */
import { makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import { useEffect, useId, useRef, type ReactNode } from 'react';

const useStyles = makeStyles({
  page: {
    maxWidth: '1240px',
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXL,
    minWidth: 0,
  },
  header: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-start',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalL,
  },
  titles: { minWidth: 0, flex: '1 1 260px' },
  above: { marginBottom: tokens.spacingVerticalS },
  title: {
    margin: 0,
    outlineStyle: 'none',
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
    overflowWrap: 'anywhere',
    '@media (max-width: 400px)': { fontSize: tokens.fontSizeBase500, lineHeight: tokens.lineHeightBase500 },
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalM,
  },
  intro: {
    margin: `${tokens.spacingVerticalXS} 0 0`,
    maxWidth: '72ch',
    color: tokens.colorNeutralForeground2,
  },
  actions: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalS,
    '@media print': { display: 'none' },
  },
  panel: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    padding: tokens.spacingHorizontalXL,
    minWidth: 0,
    boxShadow: tokens.shadow2,
    '@media (max-width: 640px)': { padding: tokens.spacingHorizontalL },
    '@media print': { boxShadow: 'none', breakInside: 'avoid' },
  },
  panelHead: {
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    marginBottom: tokens.spacingVerticalM,
  },
  panelTitle: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  facts: {
    margin: 0,
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 220px), 1fr))',
    gap: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalXXL}`,
  },
  fact: { minWidth: 0 },
  label: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  value: {
    margin: `${tokens.spacingVerticalXXS} 0 0`,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    overflowWrap: 'anywhere',
  },
});

export function Page({ children }: { children: ReactNode }) {
  return <div className={useStyles().page}>{children}</div>;
}

interface PageHeaderProps {
  title: string;
  /** What the browser's tab says, where that is more than the title. */
  documentTitle?: string;
  badge?: ReactNode;
  intro?: ReactNode;
  above?: ReactNode;
  actions?: ReactNode;
}

/** The one `h1` of a page. Names the document, and takes the focus when the reader came from another page. */
export function PageHeader({ title, documentTitle = title, badge, intro, above, actions }: PageHeaderProps) {
  const styles = useStyles();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${documentTitle} – Quarterdeck`;
  }, [documentTitle]);
  return (
    <header className={styles.header}>
      <div className={styles.titles}>
        {above ? <div className={styles.above}>{above}</div> : null}
        <h1 ref={heading} className={styles.title} tabIndex={-1} data-page-title>
          <span>{title}</span>
          {badge}
        </h1>
        {intro ? <p className={styles.intro}>{intro}</p> : null}
      </div>
      {actions ? <div className={styles.actions}>{actions}</div> : null}
    </header>
  );
}

interface PanelProps {
  title?: string;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
}

export function Panel({ title, actions, children, className }: PanelProps) {
  const styles = useStyles();
  const id = useId();
  return (
    <section className={mergeClasses(styles.panel, className)} aria-labelledby={title ? id : undefined}>
      {title || actions ? (
        <div className={styles.panelHead}>
          {title ? (
            <h2 id={id} className={styles.panelTitle}>
              {title}
            </h2>
          ) : null}
          {actions}
        </div>
      ) : null}
      {children}
    </section>
  );
}

export interface Fact {
  label: string;
  value: ReactNode;
}

/** Names and values. A value that is not known shows as a dash, and is read out as words. */
export function Facts({ facts, unknown }: { facts: Fact[]; unknown: string }) {
  const styles = useStyles();
  return (
    <dl className={styles.facts}>
      {facts.map(({ label, value }) => (
        <div key={label} className={styles.fact}>
          <dt className={styles.label}>{label}</dt>
          <dd className={styles.value}>
            {value === null || value === undefined || value === '' ? <Unknown label={unknown} /> : value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

const useHidden = makeStyles({
  hidden: {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  },
});

export function VisuallyHidden({ children }: { children: ReactNode }) {
  return <span className={useHidden().hidden}>{children}</span>;
}

export function Unknown({ label }: { label: string }) {
  return (
    <Text>
      <span aria-hidden>–</span>
      <VisuallyHidden>{label}</VisuallyHidden>
    </Text>
  );
}
