/**
 * Full pages for what has no page: an unknown address, and a failure the page itself could not show.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Page, PageHeader } from '../ui/layout';
import { ButtonLink } from '../ui/links';
import { Problem } from '../ui/Problem';

const useStyles = makeStyles({ main: { padding: tokens.spacingHorizontalXXL } });

export function NotFoundPage() {
  const { t } = useTranslation();
  return <NotFound title={t('notFound.title')} text={t('notFound.text')} />;
}

export function NotFound({ title, text }: { title: string; text: string }) {
  const { t } = useTranslation();
  return (
    <Page>
      <PageHeader title={title} intro={text} />
      <div>
        <ButtonLink to="/tenant-status/details" appearance="primary">
          {t('notFound.home')}
        </ButtonLink>
      </div>
    </Page>
  );
}

export function ProblemScreen({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useTranslation();
  const router = useRouter();
  const { reset: resetQueries } = useQueryErrorResetBoundary();
  const retry = () => {
    resetQueries();
    reset();
    void router.invalidate();
  };
  return (
    <main className={useStyles().main}>
      <Page>
        <PageHeader title={t('problem.page')} />
        <Problem error={error} onRetry={retry} />
      </Page>
    </main>
  );
}
