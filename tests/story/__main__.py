"""`./run story [--json]`: play the story, tell it, and exit with an error if any step is not true."""

import argparse
import json
import sys
from dataclasses import asdict

from tests.story.cast import Stage
from tests.story.opening import open_towns
from tests.story.post import Post
from tests.story.stack import fresh_platform
from tests.story.telling import Teller
from tests.tools.servers import resolve_localhost

CHAPTERS = (open_towns,)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run story", description="Une commande vit toute sa vie.")
    parser.add_argument("--json", action="store_true", help="un objet JSON au lieu du récit")
    arguments = parser.parse_args()
    resolve_localhost()
    teller = Teller(silent=arguments.json)
    with fresh_platform() as platform:
        stage = Stage(platform=platform, post=Post(platform.folder.path / "mail"), teller=teller)
        try:
            for chapter in CHAPTERS:
                chapter(stage)
                platform.children.check()
        except Exception as error:
            sys.stderr.write(f"\nCe n’est pas vrai : {error}\n")
            raise
    teller.told.seconds = round(teller.seconds, 1)
    if arguments.json:
        sys.stdout.write(json.dumps(asdict(teller.told), ensure_ascii=False, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
