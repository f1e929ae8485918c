const FIRST =
	"Ada Bao Carla Dmitri Elif Farid Grete Hana Ines Jonas Kofi Lena Mei Nadia Oskar Priya Quentin Rosa Sven Tomoko Uma Viktor Wei Yara".split(
		" ",
	);
const LAST =
	"Abernal Brightwell Castelmar Dunmore Eckstrand Fairwater Gulbrandt Hoshikawa Ironbridge Jandali Kestrelin Lockhaven Marchettine Norvik Okonjola Pellworth Quarrick Rosenholt Sandovane Tidewell Underhay Vantongeren Westermoor Zhangwei".split(
		" ",
	);

/** How many traders a market has. */
export const TRADERS = 48;

/** Invented names, no two the same. */
export function inventTraders(random: () => number): readonly string[] {
	const names = new Set<string>();
	while (names.size < TRADERS) {
		names.add(`${FIRST[Math.floor(random() * FIRST.length)]} ${LAST[Math.floor(random() * LAST.length)]}`);
	}
	return [...names];
}
