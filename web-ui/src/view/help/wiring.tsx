import type { ReactNode } from 'react';
import { say, t } from '../../i18n/index.ts';
import { Card } from '../../ui/parts.tsx';
import { Term } from '../../ui/term.tsx';
import '../../styles/help.css';

/** Which cord goes where: the three ways to stand beside a PBX, the pins of the plug, and what is wrong. */
export function WiringPart() {
  return (
    <>
      <p className="lead">
        {t('wiring.lead')} <Term id="fxs" />, <Term id="fxo" />. {t('wiring.besides')} <Term id="pbx" />.
      </p>
      <div className="drawings">
        <Card title={t('wiring.aTitle')}>
          <p>{t('wiring.aText')}</p>
          <Drawing
            label={t('wiring.aTitle')}
            cord="right"
            from={boxSocket('telephone')}
            to={pbxSocket('co')}
          />
        </Card>
        <Card title={t('wiring.bTitle')}>
          <p>{t('wiring.bText')}</p>
          <Drawing
            label={t('wiring.bTitle')}
            cord="right"
            from={boxSocket('line')}
            to={pbxSocket('extension')}
          />
        </Card>
        <Card title={t('wiring.eTitle')}>
          <p>{t('wiring.eText')}</p>
          <Drawing
            label={t('wiring.eTitle')}
            cord="right"
            from={{ device: t('wiring.box'), socket: 'LAN' }}
            to={{ device: t('wiring.pbx'), socket: 'LAN' }}
            note={t('wiring.eNote')}
          />
        </Card>
        <Card title={t('wiring.cityTitle')}>
          <p>{t('wiring.cityText')}</p>
          <Drawing
            label={t('wiring.cityTitle')}
            cord="right"
            from={boxSocket('line')}
            to={{ device: t('wiring.city'), socket: t('wiring.wall') }}
          />
        </Card>
        <Card title={t('wiring.wrongTitle')}>
          <p>{t('wiring.wrongText')}</p>
          <Drawing
            label={t('wiring.wrongTitle')}
            cord="wrong"
            from={boxSocket('telephone')}
            to={{ device: t('wiring.city'), socket: t('wiring.wall') }}
            note={t('wiring.wrongNote')}
          />
        </Card>
        <Card title={t('wiring.plugTitle')}>
          <p>{t('wiring.plugText')}</p>
          <Plug />
        </Card>
      </div>
    </>
  );
}

interface End {
  device: string;
  socket: string;
}

const boxSocket = (kind: 'telephone' | 'line'): End => ({
  device: t('wiring.box'),
  socket: t(kind === 'telephone' ? 'wiring.telephoneSocket' : 'wiring.lineSocket'),
});

const pbxSocket = (kind: 'co' | 'extension'): End => ({
  device: t('wiring.pbx'),
  socket: t(kind === 'co' ? 'wiring.pbxCity' : 'wiring.pbxExtension'),
});

function Frame({ label, height, children }: { label: string; height: number; children: ReactNode }) {
  return (
    <figure className="drawing">
      <svg viewBox={`0 0 340 ${height}`} role="img" aria-label={label}>
        {children}
      </svg>
    </figure>
  );
}

/** Two devices and the cord between them. What is wrong is crossed out as well as dashed. */
function Drawing({
  label,
  from,
  to,
  cord,
  note,
}: {
  label: string;
  from: End;
  to: End;
  cord: 'right' | 'wrong';
  note?: string;
}) {
  return (
    <Frame
      label={`${label}: ${from.device}, ${from.socket} — ${to.device}, ${to.socket}`}
      height={note ? 168 : 146}
    >
      {[from, to].map((end, i) => (
        <g key={end.device} transform={`translate(${i === 0 ? 4 : 186} 8)`}>
          <rect className="wire-device" width="150" height="84" rx="8" />
          <text x="75" y="24" textAnchor="middle">
            {end.device}
          </text>
          <rect className="wire-socket" x="63" y="40" width="24" height="20" rx="2" />
          <path className="wire-socket" d="M69 40v7M73 40v7M77 40v7M81 40v7" />
          <text className="wire-small" x="75" y="77" textAnchor="middle">
            {end.socket}
          </text>
        </g>
      ))}
      <path className={`wire-${cord}`} d="M79 92v24q0 14 14 14h154q14 0 14 -14v-24" />
      {cord === 'wrong' && (
        <path className="wire-wrong" d="M158 118l24 24m0 -24l-24 24" strokeDasharray="0" />
      )}
      {note && (
        <text className="wire-small" x="170" y="160" textAnchor="middle">
          {note}
        </text>
      )}
    </Frame>
  );
}

/** The plug seen from its contacts, lock below: of six places two are used. */
function Plug() {
  return (
    <Frame label={t('wiring.plugTitle')} height={150}>
      <rect className="wire-device" x="95" y="14" width="150" height="76" rx="6" />
      <rect className="wire-socket" x="140" y="90" width="60" height="14" rx="3" />
      {[1, 2, 3, 4, 5, 6].map((pin) => (
        <g key={pin} transform={`translate(${106 + (pin - 1) * 22} 22)`}>
          <rect className={pin === 3 || pin === 4 ? 'wire-right' : 'wire-socket'} width="14" height="34" />
          <text className="wire-small" x="7" y="52" textAnchor="middle">
            {pin}
          </text>
        </g>
      ))}
      <text x="170" y="124" textAnchor="middle">
        {t('wiring.pins')}
      </text>
      <text className="wire-small" x="170" y="142" textAnchor="middle">
        {say({ ru: 'Полярность не важна', en: 'Polarity does not matter' })}
      </text>
    </Frame>
  );
}
