/**
 * What went wrong and what to do about it: one look for a refusal, an absence, an outage and a defect.
 */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { ArrowClockwiseRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { ApiError, type Failure } from '../api/client';

const useStyles = makeStyles({
  box: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    padding: tokens.spacingHorizontalXXL,
    maxWidth: '72ch',
  },
  title: { margin: 0, fontSize: tokens.fontSizeBase500, lineHeight: tokens.lineHeightBase500 },
  text: { margin: `${tokens.spacingVerticalS} 0 0`, overflowWrap: 'anywhere' },
  list: { margin: `${tokens.spacingVerticalS} 0 0`, paddingLeft: tokens.spacingHorizontalXL },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  actions: { marginTop: tokens.spacingVerticalL, display: 'flex', gap: tokens.spacingHorizontalS },
});

function failureIn(error: unknown): Failure {
  if (error instanceof ApiError) return error.failure;
  const detail = error instanceof Error ? error.message : '';
  return { status: -1, code: 'defect', detail, missing: [] };
}

function useWords(failure: Failure): { title: string; advice: string } {
  const { t } = useTranslation();
  switch (failure.status) {
    case 0:
      return { title: t('problem.unreachable.title'), advice: t('problem.unreachable.advice') };
    case 403:
      return failure.missing.length > 0
        ? {
            title: t('problem.forbidden.title'),
            advice: t('problem.forbidden.missing', { count: failure.missing.length }),
          }
        : { title: t('problem.forbidden.title'), advice: t('problem.forbidden.advice') };
    case 404:
      return { title: t('problem.notFound.title'), advice: t('problem.notFound.advice') };
    case 429:
      return { title: t('problem.busy.title'), advice: t('problem.busy.advice') };
    default:
      return failure.status >= 400 && failure.status < 500
        ? { title: t('problem.refused.title'), advice: t('problem.refused.advice') }
        : { title: t('problem.defect.title'), advice: t('problem.defect.advice') };
  }
}

interface ProblemProps {
  error: unknown;
  /** Replaces the general words where a page knows better ones. */
  title?: string;
  advice?: string;
  onRetry?: (() => void) | undefined;
}

export function Problem({ error, title, advice, onRetry }: ProblemProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const failure = failureIn(error);
  const words = useWords(failure);
  const canRetry = onRetry && ![403, 404].includes(failure.status);
  return (
    <section className={styles.box} role="alert">
      <h2 className={styles.title}>{title ?? words.title}</h2>
      <p className={styles.text}>{advice ?? words.advice}</p>
      {failure.missing.length > 0 ? (
        <ul className={styles.list}>
          {failure.missing.map((permission) => (
            <li key={permission}>
              <code className={styles.code}>{permission}</code>
            </li>
          ))}
        </ul>
      ) : null}
      {failure.detail && !advice && failure.missing.length === 0 ? (
        <p className={styles.text}>
          {t('problem.serverSays')} <span lang="en">{failure.detail}</span>
        </p>
      ) : null}
      {canRetry ? (
        <div className={styles.actions}>
          <Button appearance="primary" icon={<ArrowClockwiseRegular />} onClick={onRetry}>
            {t('problem.retry')}
          </Button>
        </div>
      ) : null}
    </section>
  );
}

/** A short form for the foot of a dialog. */
export function useFailureText(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    const failure = failureIn(error);
    if (failure.status === 0) return t('problem.unreachable.advice');
    if (failure.status === 403) {
      return failure.missing.length > 0
        ? `${t('problem.forbidden.missing', { count: failure.missing.length })} ${failure.missing.join(', ')}`
        : t('problem.forbidden.advice');
    }
    return failure.detail || t('problem.defect.advice');
  };
}
