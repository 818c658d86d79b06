// Writes the bundled sample, media/sample/posts.csv (or posts.csv in the folder named): 2,000 invented posts about a town that does not
// exist. The same bytes on every run.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROWS = 2000;
const folder = process.argv[2] ?? fileURLToPath(new URL('../media/sample', import.meta.url));

/** What people of Mosswick on Lake Orrin say: how it went, and what they make of it. */
const VOICES = {
  en: {
    share: 40,
    reports: [
      'Tram 7 stood still at Mosswick Bridge for {n} minutes again.',
      'The new library in Mosswick has {n} seats and all of them were taken.',
      'We paid {n} crowns for two soups at the Zinnia.',
      'The ferry over Lake Orrin left {n} minutes early.',
      'Somebody painted the old water tower blue overnight.',
      'My parcel came after {n} days, and the box was open.',
      'The swimming hall opens at six now.',
      'They moved the market to Tinder Square.',
      'The street light in Alder Lane has been dark since spring.',
      'The town office answered my letter within {n} days.',
    ],
    remarks: [
      'I could not be happier.',
      'Never again.',
      'It was fine, nothing special.',
      'Who decides such things?',
      'Please fix this before somebody gets hurt.',
      'Well done, everyone!',
      'My grandmother says it was better before.',
      'Does anybody know a number to call?',
      'The driver said "not my problem" and closed the door.',
      'I would go again tomorrow.',
    ],
  },
  de: {
    share: 12,
    reports: [
      'Die Linie 7 stand heute wieder {n} Minuten auf der Moosbrücke.',
      'In der neuen Bücherei gibt es {n} Plätze, und keiner war frei.',
      'Im Café Zinnia kosten zwei Suppen jetzt {n} Kronen.',
      'Die Fähre über den Orrinsee fuhr {n} Minuten zu früh ab.',
      'Der alte Wasserturm ist über Nacht blau geworden.',
    ],
    remarks: [
      'Großartig!',
      'So geht das nicht weiter.',
      'Na ja.',
      'Wer ist dafür zuständig?',
      'Der Fahrer meinte nur: „Pech gehabt.“',
    ],
  },
  fr: {
    share: 10,
    reports: [
      'Le tram 7 est encore resté {n} minutes sur le pont de Mosswick.',
      'La nouvelle bibliothèque a {n} places, toutes prises.',
      'Deux soupes au Zinnia : {n} couronnes.',
      'Le bac du lac Orrin est parti {n} minutes trop tôt.',
      "Le château d'eau est devenu bleu pendant la nuit.",
    ],
    remarks: [
      'Bravo à toute l’équipe !',
      'Plus jamais ça.',
      'Bof.',
      'À qui faut-il écrire ?',
      'On m’a répondu « c’est comme ça ».',
    ],
  },
  es: {
    share: 10,
    reports: [
      'El tranvía 7 estuvo parado {n} minutos en el puente.',
      'La biblioteca nueva tiene {n} asientos y no había ninguno libre.',
      'Dos sopas en el Zinnia cuestan {n} coronas.',
      'El barco del lago Orrin salió {n} minutos antes.',
      '¿Quién pintó de azul la torre del agua?',
    ],
    remarks: [
      '¡Qué maravilla!',
      'No vuelvo más.',
      'Ni bien ni mal.',
      '¿Alguien sabe a quién llamar?',
      'Me dijeron "mañana" y se fueron.',
    ],
  },
  pl: {
    share: 8,
    reports: [
      'Siódemka znowu stała {n} minut na moście.',
      'W nowej bibliotece jest {n} miejsc i wszystkie zajęte.',
      'Dwie zupy w Cynii kosztują już {n} koron.',
      'Prom przez jezioro Orrin odpłynął {n} minut za wcześnie.',
    ],
    remarks: ['Świetna robota!', 'Nigdy więcej.', 'Może być.', 'Gdzie to można zgłosić?'],
  },
  ru: {
    share: 7,
    reports: [
      'Трамвай № 7 опять стоял на мосту {n} минут.',
      'В новой библиотеке {n} мест, и все заняты.',
      'Два супа в «Циннии» стоят {n} крон.',
      'Паром через озеро Оррин ушёл на {n} минут раньше.',
    ],
    remarks: ['Очень понравилось!', 'Больше не поеду.', 'Ничего особенного.', 'Куда можно пожаловаться?'],
  },
  ja: {
    share: 6,
    reports: [
      '7番の路面電車がまた橋の上で{n}分止まりました。',
      '新しい図書館には席が{n}席ありますが、満席でした。',
      'オリン湖の渡し船が{n}分早く出てしまいました。',
    ],
    remarks: ['最高でした！', 'もう行きません。', '普通です。', 'どこに連絡すればいいですか？'],
  },
  zh: {
    share: 5,
    reports: ['7路电车又在桥上停了{n}分钟。', '新图书馆有{n}个座位，全坐满了。', '奥林湖的渡船提前{n}分钟开走了。'],
    remarks: ['太棒了！', '再也不去了。', '还行吧。', '该找谁反映？'],
  },
  ar: {
    share: 2,
    reports: ['توقف الترام رقم 7 على الجسر {n} دقيقة.', 'في المكتبة الجديدة {n} مقعدا وكلها مشغولة.'],
    remarks: ['خدمة رائعة!', 'لن أعود مرة أخرى.', 'لا بأس.'],
  },
};
const ENDINGS = ['', '', '', '', ' 🚋', ' 😡', ' 🎉', ' 👩‍👧', ' #mosswick', ' :-)', '…'];
const AUTHORS = [
  'ada_fenn',
  'bo.tarn',
  'Céline R.',
  'dmitri7',
  'Ewa "Iskra" Lis',
  'fjord, frank',
  'ghost_of_orrin',
  '橋本',
];

/** A small generator of numbers in [0, 1): mulberry32. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = generator(7);
const below = (count) => Math.floor(random() * count);
const oneOf = (list) => list[below(list.length)];
/** A number that reads well before every noun above. */
const someNumber = () => String(15 + 5 * below(10));

function language() {
  let at = below(100);
  for (const [lang, { share }] of Object.entries(VOICES)) {
    if (at < share) return lang;
    at -= share;
  }
  return 'en';
}

function post(lang) {
  const { reports, remarks } = VOICES[lang];
  const report = oneOf(reports).replaceAll('{n}', someNumber());
  const between = below(9) === 0 ? (below(2) === 0 ? '\n' : '\r\n\r\n') : lang === 'ja' || lang === 'zh' ? '' : ' ';
  const again = below(12) === 0 ? `${between}${oneOf(reports).replaceAll('{n}', someNumber())}` : '';
  return report + again + between + oneOf(remarks) + oneOf(ENDINGS);
}

/** A cell of CSV; null is an unquoted empty cell, empty text a quoted one. */
function cell(value) {
  if (value === null) return '';
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function row(number) {
  const lang = language();
  const minutes = number * 13 + below(13);
  const posted = new Date(Date.UTC(2026, 0, 5) + minutes * 60_000).toISOString().slice(0, 16);
  const text = number % 331 === 17 ? null : post(lang);
  const likes = below(25) === 0 ? null : String(Math.floor(random() ** 6 * 900));
  return [`post-${String(number).padStart(4, '0')}`, lang, oneOf(AUTHORS), posted, likes, text].map(cell).join(',');
}

const lines = ['id,lang,author,posted_at,likes,text', ...Array.from({ length: ROWS }, (_, index) => row(index + 1))];
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/posts.csv`, `${lines.join('\n')}\n`);
