/**
 * Where one arrives without a session: one sentence, one button.
 */
import { Button, makeStyles, MessageBar, MessageBarBody, tokens } from '@fluentui/react-components';
import { useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { LanguageMenu, ThemeMenu } from '../app/HeaderMenus';
import { signInAddress } from '../app/session';
import icon from '../icon.svg';

const useStyles = makeStyles({
  page: { minHeight: '100vh', display: 'flex', flexDirection: 'column' },
  menus: { display: 'flex', justifyContent: 'flex-end', padding: tokens.spacingHorizontalM },
  main: { flexGrow: 1, display: 'grid', placeItems: 'center', padding: tokens.spacingHorizontalL },
  card: {
    width: '100%',
    maxWidth: '420px',
    boxSizing: 'border-box',
    padding: '40px',
    marginBottom: '12vh',
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    boxShadow: tokens.shadow8,
    '@media (max-width: 480px)': { padding: tokens.spacingHorizontalXXL },
  },
  title: {
    margin: `${tokens.spacingVerticalL} 0 ${tokens.spacingVerticalS}`,
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
  },
  text: { margin: `0 0 ${tokens.spacingVerticalXXL}`, color: tokens.colorNeutralForeground2 },
  error: { marginBottom: tokens.spacingVerticalL },
  button: { width: '100%' },
});

export function SignInPage() {
  const styles = useStyles();
  const { t } = useTranslation();
  const { returnTo, error } = useSearch({ from: '/sign-in' });
  useEffect(() => {
    document.title = `${t('signIn.title')} – Quarterdeck`;
  }, [t]);
  return (
    <div className={styles.page}>
      <header className={styles.menus}>
        <LanguageMenu />
        <ThemeMenu />
      </header>
      <main className={styles.main}>
        <div className={styles.card}>
          <img src={icon} width={44} height={44} alt="" />
          <h1 className={styles.title}>{t('signIn.title')}</h1>
          <p className={styles.text}>{t('signIn.text')}</p>
          {error ? (
            <MessageBar intent="warning" layout="multiline" className={styles.error}>
              <MessageBarBody>{t('signIn.failed')}</MessageBarBody>
            </MessageBar>
          ) : null}
          <Button
            as="a"
            href={signInAddress(returnTo ?? '/')}
            appearance="primary"
            size="large"
            className={styles.button}
          >
            {t('signIn.button')}
          </Button>
        </div>
      </main>
    </div>
  );
}
