/**
 * Text to take along: one line or a block, each with a copy button that says when it worked.
 */
import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CheckmarkRegular, CopyRegular } from '@fluentui/react-icons';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { VisuallyHidden } from './layout';

const useStyles = makeStyles({
  field: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    backgroundColor: tokens.colorNeutralBackground3,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    padding: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalXXS} ${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalM}`,
    minWidth: 0,
  },
  block: { alignItems: 'flex-start', paddingTop: tokens.spacingVerticalS },
  code: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    color: tokens.colorNeutralForeground1,
    flexGrow: 1,
    minWidth: 0,
    margin: 0,
    overflowWrap: 'anywhere',
    whiteSpace: 'pre-wrap',
    userSelect: 'all',
  },
  label: {
    display: 'block',
    marginBottom: tokens.spacingVerticalXXS,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
  },
  button: { flexShrink: 0, '@media print': { display: 'none' } },
});

interface CopyFieldProps {
  /** What is copied, as the button's name says it: "Copy feed URL". */
  label: string;
  text: string;
  block?: boolean;
  hideLabel?: boolean;
}

export function CopyField({ label, text, block, hideLabel }: CopyFieldProps) {
  const styles = useStyles();
  return (
    <div>
      {hideLabel ? null : <span className={styles.label}>{label}</span>}
      <div className={mergeClasses(styles.field, block && styles.block)}>
        {block ? <pre className={styles.code}>{text}</pre> : <code className={styles.code}>{text}</code>}
        <CopyButton label={label} text={text} className={styles.button} />
      </div>
    </div>
  );
}

type Outcome = 'idle' | 'copied' | 'refused';

export function CopyButton({ label, text, className }: { label: string; text: string; className?: string }) {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<Outcome>('idle');

  useEffect(() => {
    if (outcome === 'idle') return undefined;
    const timer = setTimeout(() => setOutcome('idle'), 4000);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('refused'),
    );
  };
  return (
    <>
      <Button
        className={className}
        appearance="subtle"
        icon={outcome === 'copied' ? <CheckmarkRegular /> : <CopyRegular />}
        aria-label={t('copy.button', { what: label })}
        title={t('copy.button', { what: label })}
        onClick={copy}
      />
      <VisuallyHidden>
        <span role="status">
          {outcome === 'copied' ? t('copy.done') : outcome === 'refused' ? t('copy.refused') : ''}
        </span>
      </VisuallyHidden>
    </>
  );
}
