/** What Tidemark needs on a machine. */
export type Prerequisite = "node" | "jdk" | "mvn" | "python" | "chromium" | "influxd";

/** What `npm start` needs. */
export const toRun = ["node", "jdk", "mvn", "python"] as const;

/** What `npm test` needs. */
export const toTest = [...toRun, "chromium", "influxd"] as const;

/** What to say about each when it is missing. */
export const remedies: Record<Prerequisite, { title: string; apt?: string; brew?: string; note?: string }> = {
	node: {
		title: "Node 22.18 or newer",
		note: "Node: npm install brings one of its own; start with npm start or npx tidemark",
	},
	jdk: {
		title: "a JDK from 17 to 23 (17 is the one that is tested)",
		apt: "openjdk-17-jdk",
		brew: "openjdk@17",
		note: "JDK: if it is installed elsewhere, set JAVA_HOME to its directory",
	},
	mvn: { title: "Maven (mvn)", apt: "maven", brew: "maven" },
	python: { title: "Python 3.10 or newer, with venv", apt: "python3-venv", brew: "python@3.12" },
	chromium: {
		title: "Chromium (for tests only)",
		apt: "chromium",
		brew: "--cask chromium",
		note: "Chromium: if it is installed elsewhere, set TIDEMARK_CHROMIUM to the program",
	},
	influxd: {
		title: "InfluxDB 1.x (influxd, for tests only)",
		apt: "influxdb",
		brew: "influxdb@1",
		note: "InfluxDB: if it is installed elsewhere, set TIDEMARK_INFLUXD to the program",
	},
};

/** Where Chromium usually is: names on the PATH, and applications of macOS. */
export const chromiumCandidates = [
	"chromium",
	"chromium-browser",
	"google-chrome-stable",
	"google-chrome",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
