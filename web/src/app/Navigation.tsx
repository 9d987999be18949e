/**
 * The way to every place.
 */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import {
  AlertRegular,
  AppsListRegular,
  BuildingRegular,
  ClipboardTextLtrRegular,
  DatabaseRegular,
  KeyRegular,
  LaptopRegular,
  PeopleRegular,
  SparkleRegular,
} from '@fluentui/react-icons';
import { Link, useRouterState } from '@tanstack/react-router';
import { useId, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PLACE_NAMES, PLACES, type Place } from './places';

const useStyles = makeStyles({
  nav: { padding: tokens.spacingHorizontalM, paddingTop: tokens.spacingVerticalL },
  group: {
    margin: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalXS}`,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground3,
    ':first-child': { marginTop: 0 },
  },
  list: { listStyleType: 'none', margin: 0, padding: 0, display: 'grid', gap: tokens.spacingVerticalXXS },
  link: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    position: 'relative',
    lineHeight: tokens.lineHeightBase300,
    ':hover': { backgroundColor: tokens.colorSubtleBackgroundHover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  icon: { fontSize: '20px', display: 'flex', flexShrink: 0 },
  active: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    fontWeight: tokens.fontWeightSemibold,
    '::before': {
      content: '""',
      position: 'absolute',
      left: 0,
      top: '8px',
      bottom: '8px',
      width: '3px',
      borderRadius: tokens.borderRadiusCircular,
      backgroundColor: tokens.colorCompoundBrandForeground1,
      forcedColorAdjust: 'none',
    },
  },
});

const ICONS: Record<Place, ReactElement> = {
  '/tenant-status': <BuildingRegular />,
  '/devices': <LaptopRegular />,
  '/devices/enrollment': <KeyRegular />,
  '/users': <PeopleRegular />,
  '/data-warehouse': <DatabaseRegular />,
  '/notifications': <AlertRegular />,
  '/applications': <AppsListRegular />,
  '/audit-logs': <ClipboardTextLtrRegular />,
  '/whats-new': <SparkleRegular />,
};

export function Navigation() {
  const styles = useStyles();
  const { t } = useTranslation();
  return (
    <nav className={styles.nav} aria-label={t('nav.label')}>
      {PLACES.map(({ title, places }) => (
        <Group key={title} title={t(title)} places={places} />
      ))}
    </nav>
  );
}

function Group({ title, places }: { title: string; places: readonly Place[] }) {
  const styles = useStyles();
  const id = useId();
  return (
    <>
      <p id={id} className={styles.group}>
        {title}
      </p>
      <ul className={styles.list} aria-labelledby={id}>
        {places.map((place) => (
          <li key={place}>
            <NavigationLink to={place} />
          </li>
        ))}
      </ul>
    </>
  );
}

function NavigationLink({ to }: { to: Place }) {
  const styles = useStyles();
  const { t } = useTranslation();
  // The list of devices stays marked on a device's own page, but not on the enrollment page below it.
  const enrolling = useRouterState({ select: (state) => state.location.pathname === '/devices/enrollment' });
  const exact = to === '/devices' && enrolling;
  return (
    <Link
      to={to}
      activeOptions={{ exact, includeSearch: false }}
      className={styles.link}
      activeProps={{ className: mergeClasses(styles.link, styles.active), 'aria-current': 'page' }}
    >
      <span className={styles.icon} aria-hidden>
        {ICONS[to]}
      </span>
      {t(PLACE_NAMES[to])}
    </Link>
  );
}
